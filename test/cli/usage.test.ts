import { expect, test } from '@jest/globals';
import { parsed } from './command.ts';
import { servedSimulator } from './served-simulator.ts';

const file = 'templates/ubuntu/ubuntu.ovf';

const wrongCalls: readonly (readonly [readonly string[], RegExp])[] = [
  [['export'], /missing required argument 'path'/],
  [['export', file, '--frobnicate'], /unknown option '--frobnicate'/],
  [['export', file, '--concurrency', '0'], /Expected a number above 0\./],
  [['export', file, '--concurrency', '1.5'], /Expected a whole number above 0\./],
  [['export', file, '.', 'extra'], /too many arguments/],
  [['frobnicate'], /unknown command 'frobnicate'/],
];

test('a call that makes no sense is 2, and a line of --json for programs as well', async () => {
  const { run } = await servedSimulator();
  await Promise.all(
    wrongCalls.map(async ([args, says]) => {
      const ended = await run([...args, '--json']);
      expect(ended).toMatchObject({ code: 2, stderr: expect.stringMatching(says) });
      const message = expect.stringMatching(says);
      expect(parsed(ended.stdout)).toEqual([{ type: 'error', error: { tag: 'UsageError', message, code: 2 } }]);
      expect(ended.stdout).not.toContain('error: ');
    }),
  );
});

test('a wrong call of export to - keeps standard output free', async () => {
  const { run } = await servedSimulator();
  const ended = await run(['export', file, '-', '--frobnicate', '--json']);
  expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('{"type":"error"') });
});

test('help and version are 0, on standard output', async () => {
  const { run } = await servedSimulator();
  const ends = await Promise.all([['--help'], ['export', '--help'], ['--version']].map((args) => run(args)));
  for (const ended of ends) expect(ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/./), stderr: '' });
});
