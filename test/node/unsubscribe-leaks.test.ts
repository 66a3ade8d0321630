import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from '@jest/globals';
import { scaled } from '../support/soak.ts';

/** Maximum growth of the heap in bytes. A leak of 20 bytes per round is 400 kB in 20,000 rounds. */
const MAX_GROWTH = 300_000;

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
    // A leaked timer or socket would keep the process running.
    { timeout: 120_000 },
  );
  found = JSON.parse(stdout) as Left;
}, 150_000);

test('many subscriptions that end early leave neither memory nor timers', () => {
  expect(found.left.map(({ rounds }) => rounds)).toEqual([
    scaled({ test: 20_000, soak: 100_000 }),
    20_000,
    20_000,
    20_000,
    20_000,
  ]);
  for (const { stream, bytes, timers } of found.left)
    expect({ stream, isBounded: bytes < MAX_GROWTH, timers }).toEqual({ stream, isBounded: true, timers: 0 });
});

test('over real sockets, unsubscribing closes the connection of the poll in flight, and the program ends by itself', () => {
  expect(found).toMatchObject({ aborted: 200, sockets: 0, timers: 0 });
});
