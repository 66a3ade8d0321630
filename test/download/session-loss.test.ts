import { expect, test } from '@jest/globals';
import { download } from 'rx-content-library';
import { collect } from '../support/collect.ts';
import { ofType } from '../support/events.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { memorySink } from '../support/memory-sink.ts';
import { operationNames, preparedAtOnce, simulatedVCenter } from '../support/simulated-vcenter.ts';

const operations = ['content.library.item.DownloadSession.get', 'content.library.item.downloadsession.File.list'];

test.each(operations)('a session that is lost at its first %s is replaced', (operation) =>
  inFakeTime(async () => {
    const { simulator, vc } = simulatedVCenter('api', {
      scenario: { preparation: preparedAtOnce, faults: [{ kind: 'session-lost', operation, times: 1 }] },
    });
    const sink = memorySink();
    const { values, error } = await collect(download(vc, 'item-1', sink));
    expect(error).toBeUndefined();
    expect(ofType(values, 'opened')).toHaveLength(1);
    expect(ofType(values, 'opened')[0]?.downloadSessionId).toEqual(expect.any(String));
    expect(values.at(-1)).toMatchObject({ type: 'closed', files: 3, failed: 0 });
    expect(sink.files.size).toBe(3);
    const sessions = operationNames(simulator).filter((name) => name.endsWith('DownloadSession.create'));
    expect(sessions).toHaveLength(2);
    expect(simulator.sessions).toEqual([]);
  }),
);

test('four sessions in a row that are lost before their files are listed error with LeaseError', () =>
  inFakeTime(async () => {
    const [operation = ''] = operations;
    const { simulator, vc } = simulatedVCenter('api', {
      scenario: { preparation: preparedAtOnce, faults: [{ kind: 'session-lost', operation }] },
    });
    const { values, error } = await collect(download(vc, 'item-1', memorySink()));
    expect(error).toMatchObject({ _tag: 'LeaseError', ending: 'gone' });
    expect(ofType(values, 'opened')).toEqual([]);
    expect(simulator.count('content.library.item.DownloadSession.create')).toBe(4);
    expect(simulator.sessions).toEqual([]);
  }));
