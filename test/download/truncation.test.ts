import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { download, vcenter } from 'rx-content-library';
import { createSimulator, type Scenario, type TruncationShape } from 'rx-content-library/simulator';
import { collect, collectValues } from '../support/collect.ts';
import { ofType } from '../support/events.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { memorySink, restartableMemorySink } from '../support/memory-sink.ts';
import { inventory, preparedAtOnce, simulatedVCenter, user } from '../support/simulated-vcenter.ts';

const disk = 'ubuntu disk #1.vmdk';

/** Bytes of the file, and of the truncated body. */
const [size, truncatedAt] = [300_000, 100_000];

/** The original bytes of the file. */
const original = async (): Promise<Uint8Array> => {
  const { vc } = simulatedVCenter();
  const sink = memorySink();
  await collectValues(download(vc, 'item-1', sink, { files: [disk] }));
  return sink.files.get(disk) ?? new Uint8Array();
};

interface Case {
  readonly shape: TruncationShape;
  readonly sizeStated: boolean;
  readonly checksumStated: boolean;
  readonly ranges: boolean;
}

const run = async ({ shape, sizeStated, checksumStated, ranges }: Case) => {
  const scenario: Scenario = {
    preparation: { ...preparedAtOnce, sizeKnown: sizeStated ? 'prepared' : 'never' },
    checksums: checksumStated ? 'SHA1' : 'none',
    data: { ranges, contentLength: shape.startsWith('length') },
    faults: [{ kind: 'truncate', operation: 'data', shape, at: truncatedAt, times: 1 }],
  };
  const simulator = createSimulator({ inventory, users: [user], scenario });
  let sent = 0;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    const response = await simulator.fetch(request);
    if (!request.url.includes('/cls/')) return response;
    const counted = response.body?.pipeThrough(
      new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform: (bytes, controller) => {
          sent += bytes.byteLength;
          controller.enqueue(bytes);
        },
      }),
    );
    return new Response(counted ?? null, { status: response.status, headers: response.headers });
  };
  const sink = restartableMemorySink();
  const vc = vcenter({ server: 'https://vcenter.example.com', credentials: user, fetch });
  const { values, error } = await inFakeTime(() => collect(download(vc, 'item-1', sink, { files: [disk] })));
  expect(error).toBeUndefined();
  expect(simulator.sessions).toEqual([]);
  return { bytes: sink.files.get(disk), saved: ofType(values, 'saved')[0], sentTwice: sent - size };
};

/** The outcome, in the words of the table in the guide. */
const outcomeOf = ({ saved, sentTwice }: Awaited<ReturnType<typeof run>>): string => {
  return `${sentTwice > 0 ? 'starts over' : 'resumes'}: ${saved?.verified ?? 'not saved'}`;
};

const shapes: readonly TruncationShape[] = [
  'length-close',
  'length-reset',
  'chunked-close',
  'chunked-complete',
  'close',
  'reset',
];

const statements = [true, false].flatMap((sizeStated) => [true, false].map((checksumStated) => ({ sizeStated, checksumStated })));

const cases: readonly Case[] = shapes.flatMap((shape) =>
  statements.flatMap((stated) => [true, false].map((ranges) => ({ shape, ...stated, ranges }))),
);

describe('a truncated body', () => {
  const outcomes = new Map<string, string>();
  const keyOf = ({ shape, sizeStated, checksumStated, ranges }: Case): string =>
    [shape, sizeStated, checksumStated, ranges].join();

  test.each(cases)('$shape, size $sizeStated, checksum $checksumStated, ranges $ranges: the file is complete', async (row) => {
    const result = await run(row);
    const isComplete = Buffer.compare(result.bytes ?? new Uint8Array(), await original()) === 0;
    expect(isComplete).toBe(true);
    outcomes.set(keyOf(row), outcomeOf(result));
  });

  test('the table in the guide has the outcome of each case', () => {
    const yesOrNo = (value: boolean): string => (value ? 'yes' : 'no');
    const rows = shapes.flatMap((shape) =>
      statements.map((stated) => {
        const [withRanges, withoutRanges] = [true, false].map((ranges) => outcomes.get(keyOf({ shape, ...stated, ranges })));
        return `| \`${shape}\` | ${yesOrNo(stated.sizeStated)} | ${yesOrNo(stated.checksumStated)} | ${withRanges} | ${withoutRanges} |`;
      }),
    );
    const guide = readFileSync(join(import.meta.dirname, '../../docs/10-broken-transfers.md'), 'utf8');
    const tableRows = guide.split('\n').filter((line) => line.startsWith('| `'));
    expect(tableRows.map((line) => line.replaceAll(/ +\|/g, ' |'))).toEqual(rows);
  });
});

test('if nothing but a second read verifies a file, the truncated one of the two may be the second', async () => {
  const scenario: Scenario = {
    preparation: { ...preparedAtOnce, sizeKnown: 'never' },
    checksums: 'none',
    data: { ranges: false, contentLength: false },
    faults: [{ kind: 'truncate', operation: 'data', shape: 'close', at: truncatedAt, after: 1, times: 1 }],
  };
  const { simulator, vc } = simulatedVCenter('api', { scenario });
  const sink = restartableMemorySink();
  const { values, error } = await inFakeTime(() => collect(download(vc, 'item-1', sink, { files: [disk] })));
  expect(error).toBeUndefined();
  expect(ofType(values, 'retrying')).toMatchObject([
    { error: { _tag: 'TruncatedError', expected: truncatedAt, received: size } },
  ]);
  expect(ofType(values, 'saved')).toMatchObject([{ bytes: size, verified: 'none' }]);
  expect(sink.files.get(disk)).toEqual(await original());
  expect(simulator.count('data')).toBe(4);
});
