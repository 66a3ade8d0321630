import { describe, expect, test } from '@jest/globals';
import { download, getLibrary, listLibraries, logout, type Dialect } from 'rx-content-library';
import type { Scenario } from 'rx-content-library/simulator';
import { concat, forkJoin, lastValueFrom } from 'rxjs';
import { collect, collectValues } from '../support/collect.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { restartableMemorySink } from '../support/memory-sink.ts';
import { operationNames, preparedAtOnce, simulatedVCenter } from '../support/simulated-vcenter.ts';

/** Runs a download with a fault that refuses requests although the API session is valid, then logs out. */
const run = async (dialect: Dialect, scenario: Scenario, files = ['ubuntu.ovf']) => {
  const { simulator, vc } = simulatedVCenter(dialect, { scenario: { preparation: preparedAtOnce, ...scenario } });
  const { values, error } = await inFakeTime(async () => {
    const result = await collect(download(vc, 'item-1', restartableMemorySink(), { files }));
    await lastValueFrom(logout(vc));
    return result;
  });
  const count = (name: string) => operationNames(simulator).filter((operation) => operation === name).length;
  return { simulator, error, saved: values.filter(({ type }) => type === 'saved').length, logins: count('cis.Session.create') };
};

describe.each(['api', 'rest'] as const)('a 401 that does not end the API session leaves no login behind (%s)', (dialect) => {
  test.each([
    'data',
    'content.library.item.File.list',
    'content.library.item.DownloadSession.create',
    'content.library.item.DownloadSession.get',
    'content.library.item.downloadsession.File.prepare',
    'content.library.item.DownloadSession.delete',
  ])('of %s', async (operation) => {
    const { simulator, error, saved, logins } = await run(dialect, {
      faults: [{ operation, kind: 'refusal', errorType: 'UNAUTHENTICATED', times: 1 }],
    });
    expect([error, saved, logins]).toEqual([undefined, 1, 2]);
    expect([simulator.apiSessions, simulator.sessions]).toEqual([0, []]);
  });

  test('of concurrent requests', async () => {
    const { simulator, vc } = simulatedVCenter(dialect, {
      scenario: { faults: [{ operation: 'content.Library.get', kind: 'refusal', errorType: 'UNAUTHENTICATED', times: 3 }] },
    });
    await lastValueFrom(forkJoin([1, 2, 3].map(() => getLibrary(vc, 'library-1'))));
    await collectValues(logout(vc));
    expect(simulator.apiSessions).toBe(0);
  });

  test('that a proxy sends with every response to a request, for which there are two logins', async () => {
    const { simulator, vc } = simulatedVCenter(dialect, {
      scenario: { faults: [{ operation: 'content.Library.list', kind: 'page', status: 401 }] },
    });
    for (let round = 1; round <= 3; round += 1)
      expect((await collect(listLibraries(vc))).error).toMatchObject({ _tag: 'AuthenticationError' });
    await collectValues(logout(vc));
    expect(operationNames(simulator).filter((name) => name === 'cis.Session.create')).toHaveLength(2);
    expect(simulator.apiSessions).toBe(0);
  });
});

test.each(['api', 'rest'] as const)('a file whose address always returns 401 fails after two logins (%s)', async (dialect) => {
  const { simulator, error, logins } = await run(dialect, {
    faults: [{ operation: 'data', kind: 'refusal', errorType: 'UNAUTHENTICATED' }],
  });
  expect(error).toMatchObject({ _tag: 'ApiError', status: 401, operation: expect.stringContaining('ubuntu.ovf') });
  expect(logins).toBe(2);
  expect([simulator.apiSessions, simulator.sessions]).toEqual([0, []]);
});

test('a session that really ends is renewed again and again', async () => {
  const { simulator, vc } = simulatedVCenter('api', {
    scenario: {
      // Each lost session costs two requests: one is refused, the next is the repetition.
      faults: [0, 2, 4, 6].map((after) => ({
        operation: 'content.Library.get',
        kind: 'session-lost',
        session: 'api',
        after,
        times: 1,
      })),
    },
  });
  for (let round = 1; round <= 4; round += 1) expect(await collectValues(getLibrary(vc, 'library-1'))).toHaveLength(1);
  await collectValues(logout(vc));
  expect(simulator.apiSessions).toBe(0);
});

test('the logout waits for the deletion of the session that was replaced', async () => {
  const { simulator, vc } = simulatedVCenter('api', {
    scenario: {
      faults: [
        { operation: 'cis.Session.delete', kind: 'latency', milliseconds: 1000 },
        { operation: 'content.Library.list', kind: 'refusal', errorType: 'UNAUTHENTICATED', times: 1 },
      ],
    },
  });
  await inFakeTime(() => lastValueFrom(concat(listLibraries(vc), logout(vc))));
  expect(simulator.apiSessions).toBe(0);
});
