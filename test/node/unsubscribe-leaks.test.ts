import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from '@jest/globals';

/** Bytes. Twenty a round would be two megabytes, or four hundred kilobytes of the shorter ones. */
const bound = 300_000;

interface Left {
  readonly left: readonly { readonly stream: string; readonly rounds: number; readonly bytes: number; readonly timers: number }[];
  readonly aborted: number;
  readonly sockets: number;
  readonly timers: number;
}

let found: Left;

beforeAll(async () => {
  const conditions = process.env['RX_CONTENT_LIBRARY_TEST'] === 'dist' ? [] : ['--conditions=rx-content-library-source'];
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...conditions, '--expose-gc', '--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'unsubscribe-leaks.ts')],
    // Whatever ran on would keep it from ending.
    { timeout: 120_000 },
  );
  found = JSON.parse(stdout) as Left;
}, 150_000);

test('a hundred thousand who watch and leave: the heap is where it was, no timer is left', () => {
  expect(found.left.map(({ rounds }) => rounds)).toEqual([100_000, 20_000, 20_000, 20_000, 20_000]);
  for (const { stream, bytes, timers } of found.left)
    expect({ stream, isBound: bytes < bound, timers }).toEqual({ stream, isBound: true, timers: 0 });
});

test('over real sockets: whoever leaves closes the one his poll was in flight on; none is left, and the program ends by itself', () => {
  expect(found).toMatchObject({ aborted: 200, sockets: 0, timers: 0 });
});
