import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { download, type DownloadEvent } from 'rx-content-library';
import type { Scenario } from 'rx-content-library/simulator';
import { collect } from '../support/collect.ts';
import { ofType } from '../support/events.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { restartableMemorySink } from '../support/memory-sink.ts';
import { preparedAtOnce, simulatedVCenter } from '../support/simulated-vcenter.ts';

const names = ['ubuntu.ovf', 'ubuntu disk #1.vmdk', 'ubuntu.nvram'];

const run = async (scenario: Scenario): Promise<readonly DownloadEvent[]> => {
  const { values } = await inFakeTime(async () => {
    const { vc } = simulatedVCenter('api', { scenario });
    return collect(download(vc, 'item-1', restartableMemorySink(), { continueOnError: true, period: 100 }));
  });
  return values;
};

/** Returns the events of a file that MUST NOT occur: repeated ones, and those after its end. */
const superfluous = (events: readonly DownloadEvent[], name: string): readonly DownloadEvent[] => {
  const ofFile = events.filter((event) => 'file' in event && event.file === name);
  const end = ofFile.findIndex(({ type }) => type === 'saved' || type === 'failed');
  const statuses = ofType(ofFile, 'status');
  return [
    ...(end === -1 ? [] : ofFile.slice(end + 1)),
    ...statuses.filter((event, index) => JSON.stringify(event) === JSON.stringify(statuses[index - 1])),
  ];
};

test('a checksum that appears after the bytes of a file is no status event', async () => {
  const events = await run({
    preparation: { ...preparedAtOnce, checksumLate: 1 },
    files: { 'ubuntu.nvram': { requested: 200, preparing: 5000 } },
  });
  expect(ofType(events, 'saved')).toHaveLength(3);
  expect(ofType(events, 'status').filter(({ file }) => file === 'ubuntu.ovf')).toEqual([
    { type: 'status', file: 'ubuntu.ovf', status: 'PREPARED', bytesTransferred: 11, size: 11 },
  ]);
});

test('the status ERROR of a file precedes its failed event', async () => {
  const events = await run({ preparation: preparedAtOnce, files: { 'ubuntu.nvram': { preparing: 300, outcome: 'ERROR' } } });
  const types = events.filter((event) => 'file' in event && event.file === 'ubuntu.nvram');
  expect(types.at(-1)).toMatchObject({ type: 'failed' });
  expect(types.at(-2)).toMatchObject({ type: 'status', status: 'ERROR' });
});

test('a file that is prepared in a new session has an event only if it differs from that of the lost one', async () => {
  const events = await run({
    preparation: preparedAtOnce,
    faults: [{ kind: 'session-lost', operation: 'data', times: 1 }],
  });
  for (const name of names) expect(superfluous(events, name)).toEqual([]);
});

test('no status event is repeated, and none follows the end of its file', async () => {
  const stage = fc.constantFrom('at-once', 'prepared', 'downloaded', 'never');
  const preparation = fc.record({
    requested: fc.integer({ min: 0, max: 1000 }),
    preparing: fc.integer({ min: 0, max: 3000 }),
    bytesMove: fc.boolean(),
    sizeKnown: stage,
    checksumKnown: stage,
    checksumLate: fc.integer({ min: 0, max: 2 }),
    outcome: fc.constantFrom('PREPARED', 'PREPARED', 'ERROR'),
  });
  const files = fc.tuple(...names.map(() => preparation));
  await fc.assert(
    fc.asyncProperty(files, async (preparations) => {
      const events = await run({ files: Object.fromEntries(names.map((name, index) => [name, preparations[index] ?? {}])) });
      expect(events.at(-1)).toMatchObject({ type: 'closed' });
      for (const name of names) expect(superfluous(events, name)).toEqual([]);
    }),
    { numRuns: 40 },
  );
});
