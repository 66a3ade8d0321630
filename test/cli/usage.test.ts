import { expect, test } from '@jest/globals';
import { parsed } from './command.ts';
import { servedSimulator } from './served-simulator.ts';

const file = 'templates/ubuntu/ubuntu.ovf';

const invalidCalls: readonly (readonly [readonly string[], RegExp])[] = [
  [['export'], /missing required argument 'path'/],
  [['export', file, '--frobnicate'], /unknown option '--frobnicate'/],
  [['export', file, '--concurrency', '0'], /Expected a number greater than 0\./],
  [['export', file, '--concurrency', '1.5'], /Expected an integer greater than 0\./],
  [['export', file, '.', 'extra'], /too many arguments/],
  [['frobnicate'], /unknown command 'frobnicate'/],
  [['--frobnicate', 'ls'], /unknown option '--frobnicate'/],
  [['--concurrency', '2', 'export', file], /unknown option '--concurrency'/],
];

test('an invalid command line exits with 2 and, with --json, also prints the error as JSON', async () => {
  const { run } = await servedSimulator();
  await Promise.all(
    invalidCalls.map(async ([args, expected]) => {
      const ended = await run([...args, '--json']);
      expect(ended).toMatchObject({ code: 2, stderr: expect.stringMatching(expected) });
      const message = expect.stringMatching(expected);
      expect(parsed(ended.stdout)).toEqual([{ type: 'error', error: { tag: 'UsageError', message, code: 2 } }]);
      expect(ended.stdout).not.toContain('error: ');
    }),
  );
});

test('an invalid export to - prints nothing to standard output', async () => {
  const { run } = await servedSimulator();
  const ended = await run(['export', file, '-', '--frobnicate', '--json']);
  expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('{"type":"error"') });
});

test('--help and --version exit with 0 and print to standard output', async () => {
  const { run } = await servedSimulator();
  const results = await Promise.all([['--help'], ['export', '--help'], ['--version']].map((args) => run(args)));
  for (const ended of results) expect(ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/./), stderr: '' });
});

test('flags of the connection, --timeout and --json may precede the subcommand; after it, they win', async () => {
  const { run } = await servedSimulator();
  expect((await run(['--json', '--timeout', '5m', 'ls'])).stdout).toMatch(/^\{"type":"library"/);
  const ended = await run(['--server', 'https://one.example.com:1', 'ls', '--server', 'https://two.example.com:1', '--json']);
  expect(ended).toMatchObject({ code: 2, stdout: expect.stringMatching(/--server is set, but not --username/) });
  const early = await run(['--dialect', 'soap', 'ls', '--json']);
  expect(early).toMatchObject({ code: 2, stdout: expect.stringContaining('Invalid --dialect') });
  const late = await run(['--dialect', 'soap', 'ls', '--dialect', 'api', '--json']);
  expect(late).toMatchObject({ code: 0 });
});

test('a flag before a subcommand that does not have it is refused', async () => {
  const { run } = await servedSimulator();
  for (const subcommand of ['simulate', 'dashboard']) {
    const ended = await run(['--server', 'https://vcenter.example.com', subcommand]);
    expect(ended).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(`${subcommand} has no flag --server`) });
  }
});
