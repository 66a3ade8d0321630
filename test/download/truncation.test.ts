import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { download, vcenter } from 'rx-content-library';
import { createSimulator, type Scenario, type TruncationShape } from 'rx-content-library/simulator';
import { ofType } from '../support/events.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { collectValues, collect } from '../support/collect.ts';
import { inventory, preparedAtOnce, simulatedVCenter, user } from '../support/simulated-vcenter.ts';
import { memorySink, restartableMemorySink } from '../support/memory-sink.ts';

const disk = 'ubuntu disk #1.vmdk';

/** Bytes of the file, and those that come before the answer ends. */
const [size, cut] = [300_000, 100_000];

/** The bytes as they are. */
const source = async (): Promise<Uint8Array> => {
  const { vc } = simulatedVCenter();
  const sink = memorySink();
  await collectValues(download(vc, 'item-1', sink, { files: [disk] }));
  return sink.files.get(disk) ?? new Uint8Array();
};

interface Case {
  readonly shape: TruncationShape;
  readonly sized: boolean;
  readonly checked: boolean;
  readonly ranges: boolean;
}

const run = async ({ shape, sized, checked, ranges }: Case) => {
  const scenario: Scenario = {
    preparation: { ...preparedAtOnce, sizeKnown: sized ? 'prepared' : 'never' },
    checksums: checked ? 'SHA1' : 'none',
    data: { ranges, contentLength: shape.startsWith('length') },
    faults: [{ kind: 'truncate', operation: 'data', shape, at: cut, times: 1 }],
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
  return { bytes: sink.files.get(disk), saved: ofType(values, 'saved')[0], again: sent - size };
};

/** What became of it, in the words of the table. */
const outcomeOf = ({ saved, again }: Awaited<ReturnType<typeof run>>): string => {
  return `${again > 0 ? 'starts over' : 'resumes'}: ${saved?.verified ?? 'not saved'}`;
};

const shapes: readonly TruncationShape[] = [
  'length-close',
  'length-reset',
  'chunked-close',
  'chunked-complete',
  'close',
  'reset',
];

const knowledge = [true, false].flatMap((sized) => [true, false].map((checked) => ({ sized, checked })));

const cases: readonly Case[] = shapes.flatMap((shape) =>
  knowledge.flatMap((known) => [true, false].map((ranges) => ({ shape, ...known, ranges }))),
);

describe('an answer that ends too soon', () => {
  const outcomes = new Map<string, string>();
  const keyOf = ({ shape, sized, checked, ranges }: Case): string => [shape, sized, checked, ranges].join();

  test.each(cases)('$shape, size $sized, checksum $checked, ranges $ranges: the file is as it was', async (one) => {
    const result = await run(one);
    const isWhole = Buffer.compare(result.bytes ?? new Uint8Array(), await source()) === 0;
    expect(isWhole).toBe(true);
    outcomes.set(keyOf(one), outcomeOf(result));
  });

  test('the table of the guide says what becomes of each', () => {
    const yes = (is: boolean): string => (is ? 'yes' : 'no');
    const rows = shapes.flatMap((shape) =>
      knowledge.map((known) => {
        const [with_, without] = [true, false].map((ranges) => outcomes.get(keyOf({ shape, ...known, ranges })));
        return `| \`${shape}\` | ${yes(known.sized)} | ${yes(known.checked)} | ${with_} | ${without} |`;
      }),
    );
    const guide = readFileSync(join(import.meta.dirname, '../../docs/10-broken-transfers.md'), 'utf8');
    const written = guide.split('\n').filter((line) => line.startsWith('| `'));
    expect(written.map((line) => line.replaceAll(/ +\|/g, ' |'))).toEqual(rows);
  });
});

test('of two readings that nothing else proves, either may be the one that broke', async () => {
  const nothing: Scenario = {
    preparation: { ...preparedAtOnce, sizeKnown: 'never' },
    checksums: 'none',
    data: { ranges: false, contentLength: false },
    faults: [{ kind: 'truncate', operation: 'data', shape: 'close', at: cut, after: 1, times: 1 }],
  };
  const { simulator, vc } = simulatedVCenter('api', { scenario: nothing });
  const sink = restartableMemorySink();
  const { values, error } = await inFakeTime(() => collect(download(vc, 'item-1', sink, { files: [disk] })));
  expect(error).toBeUndefined();
  expect(ofType(values, 'retrying')).toMatchObject([{ error: { _tag: 'TruncatedError', expected: cut, received: size } }]);
  expect(ofType(values, 'saved')).toMatchObject([{ bytes: size, verified: 'none' }]);
  expect(sink.files.get(disk)).toEqual(await source());
  expect(simulator.count('data')).toBe(4);
});
