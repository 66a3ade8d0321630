/** Watching with the simulator, in both dialects: requests, and the end of a session. */

import { describe, expect, test } from '@jest/globals';
import {
  cancelDownloadSession,
  createDownloadSession,
  deleteDownloadSession,
  failDownloadSession,
  preparation,
  preparations,
  prepareDownloadFile,
  watchDownloadSession,
  type RetryNotice,
} from 'rx-content-library';
import { concatMap, firstValueFrom, map, merge, takeWhile, tap, toArray } from 'rxjs';
import { collect } from '../support/collect.ts';
import { operationNames, simulatedVCenter } from '../support/simulated-vcenter.ts';

const disk = 'ubuntu disk #1.vmdk';
const [getName, listName] = ['content.library.item.DownloadSession.get', 'content.library.item.downloadsession.File.list'];

describe.each(['api', 'rest'] as const)('in the dialect %s', (dialect) => {
  test('two subscribers cost one get and one list per poll', async () => {
    let now = 0;
    const { simulator, vc } = simulatedVCenter(dialect, {
      clock: { now: () => now },
      scenario: { preparation: { requested: 5, preparing: 20 } },
    });
    const session = await firstValueFrom(createDownloadSession(vc, 'item-1'));
    await firstValueFrom(prepareDownloadFile(vc, session, disk));
    const status$ = watchDownloadSession(vc, session, { period: 1 }).pipe(
      map(({ files }) => String(files.find(({ name }) => name === disk)?.status)),
      // Each response advances the server by ten milliseconds.
      tap(() => (now += 5)),
      takeWhile((status) => status !== 'PREPARED', true),
    );
    const { values, error } = await collect(merge(status$, status$));
    expect(error).toBeUndefined();
    expect(values.filter((status) => status === 'PREPARED')).toHaveLength(2);
    const sent = operationNames(simulator);
    const [gets, lists] = [getName, listName].map((name) => sent.filter((operation) => operation === name).length);
    expect(gets).toBe(lists);
    expect(gets).toBe(4);
  });

  test.each([
    ['cancelled', cancelDownloadSession, 'cancelled', ['ACTIVE', 'CANCELED']],
    ['deleted', deleteDownloadSession, 'gone', ['ACTIVE']],
    [
      'failed',
      (...session: Parameters<typeof cancelDownloadSession>) => failDownloadSession(...session, 'Disk full.'),
      'failed',
      ['ACTIVE', 'ERROR'],
    ],
  ] as const)('a session that another client has %s errors with a LeaseError', async (_, end, ending, states) => {
    const { vc } = simulatedVCenter(dialect);
    const session = await firstValueFrom(createDownloadSession(vc, 'item-1'));
    let isEnded = false;
    const watched$ = watchDownloadSession(vc, session, { period: 1 }).pipe(
      tap(() => {
        if (!isEnded) end(vc, session).subscribe();
        isEnded = true;
      }),
    );
    const { values, error } = await collect(watched$);
    const observed = values.map(({ session: { state } }) => String(state));
    expect([...new Set(observed)]).toEqual(states);
    expect(error).toMatchObject({ _tag: 'LeaseError', ending, downloadSessionId: session });
  });

  test('the preparation in a cancelled session errors at once', async () => {
    const { vc } = simulatedVCenter(dialect);
    const session = await firstValueFrom(
      createDownloadSession(vc, 'item-1').pipe(
        concatMap((id) =>
          cancelDownloadSession(vc, id).pipe(
            toArray(),
            map(() => id),
          ),
        ),
      ),
    );
    expect((await collect(preparation(vc, session, disk))).error).toMatchObject({ _tag: 'LeaseError', ending: 'cancelled' });
    expect((await collect(preparations(vc, session))).error).toMatchObject({ _tag: 'LeaseError', ending: 'cancelled' });
  });

  test('the connection does not retry polls in addition', async () => {
    const busy = { operation: listName, times: 2, status: 503, body: '', headers: { 'retry-after': '0' } };
    const { simulator, vc } = simulatedVCenter(dialect, {
      scenario: { preparation: { requested: 0, preparing: 5 }, faults: [busy] },
    });
    const session = await firstValueFrom(createDownloadSession(vc, 'item-1'));
    const retries: RetryNotice[] = [];
    const { error } = await collect(
      preparations(vc, session, [disk], { period: 1, pollAttempts: 2, onRetry: (retry) => retries.push(retry) }),
    );
    expect(error).toMatchObject({ _tag: 'ApiError', status: 503 });
    expect(retries).toMatchObject([{ operation: listName, attempt: 1, delay: 1, error: { status: 503 } }]);
    expect(operationNames(simulator).filter((operation) => operation === listName)).toHaveLength(2);
  });
});
