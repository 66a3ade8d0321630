import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import { contents, temporaryDirectory } from '../node/temporary.ts';
import { codeOf, start } from './command.ts';
import { servedSimulator } from './served-simulator.ts';

/** Runs the command with a full disk as its standard output. */
const withFullDisk = async (args: readonly string[]) => {
  const [vcenter, cwd] = await Promise.all([servedSimulator(), temporaryDirectory()]);
  const ended = await vcenter.run(args, { cwd, stdoutTo: '/dev/full' });
  return { ...ended, files: await contents(cwd) };
};

const lost = /^SinkError: standard output: the output is incomplete, because it could not be written \(ENOSPC.*\)\.\n$/m;

test.each([
  [['ls']],
  [['ls', '--json']],
  [['ls', 'templates/ubuntu']],
  [['--version']],
  [['--help']],
  [['export', '--help']],
  [['simulate']],
  [['simulate', '--json']],
])('%j exits with 10 and a message if its output is lost, and leaves nothing on the server', async (args) => {
  const { code, stderr } = await withFullDisk(args);
  expect(code).toBe(10);
  expect(stderr).toMatch(lost);
});

test.each([[[]], [['--json']]])('export completes its files and exits with 10 if its output is lost %j', async (flags) => {
  const { code, stderr, files } = await withFullDisk(['export', 'templates/ubuntu/*.ovf', ...flags]);
  expect(code).toBe(10);
  expect(stderr).toMatch(lost);
  expect(files).toEqual({ 'ubuntu.ovf': '<Envelope/>' });
});

test.each([[[]], [['--json']]])('export to - exits with 10 if its bytes are lost, and cleans up %j', async (flags) => {
  const { code, stderr } = await withFullDisk(['export', 'templates/ubuntu/*.vmdk', '-', ...flags]);
  expect(code).toBe(10);
  expect(stderr).toMatch(/ubuntu-disk1\.vmdk: no space left/);
});

test('a failed command keeps its exit code if its output is lost, too', async () => {
  const { code, stderr } = await withFullDisk(['ls', 'nothing', '--json']);
  expect(code).toBe(4);
  expect(stderr).toMatch(lost);
});

test.each([[['ls']], [['ls', '--json']], [['--help']]])('%j exits with 0 if the reader has closed its output', async (args) => {
  const vcenter = await servedSimulator();
  const child = start(args, { env: vcenter.env });
  child.stdout.destroy();
  const [code, stderr] = await Promise.all([codeOf(child), text(child.stderr)]);
  expect([code, stderr]).toEqual([0, '']);
  expect([vcenter.simulator.sessions, vcenter.simulator.apiSessions]).toEqual([[], 0]);
});

test('simulate continues if its reader has closed its output', async () => {
  const child = start(['simulate', '--json']);
  const ending = codeOf(child);
  await once(child.stdout, 'data');
  child.stdout.destroy();
  child.kill('SIGTERM');
  expect(await ending).toBe(143);
});
