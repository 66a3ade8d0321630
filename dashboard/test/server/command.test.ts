/** The command: flags, messages, exit codes, and that a signal cleans up. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { createSelfSignedCertificate, serve } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { runDashboard } from '../../server/command.ts';
import { user } from './running.ts';

const page = mkdtempSync(join(tmpdir(), 'dashboard-page-'));
writeFileSync(join(page, 'index.html'), '<app-root></app-root>');
process.on('exit', () => rmSync(page, { recursive: true, force: true }));

const run = async (args: readonly string[], { env = {}, input = '' }: { env?: NodeJS.ProcessEnv; input?: string } = {}) => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await runDashboard(args, { env, stdin: Readable.from([input]), stdout, stderr, options: { page } });
  stdout.end();
  stderr.end();
  return { code, stdout: await text(stdout), stderr: await text(stderr) };
};

test('--help names every flag and exits with 0', async () => {
  const { code, stdout } = await run(['--help']);
  assert.equal(code, 0);
  for (const flag of [
    'server',
    'username',
    'password-stdin',
    'thumbprint',
    'ca',
    'insecure',
    'directory',
    'host',
    'port',
    'allowed-host',
    'no-open',
  ])
    assert.ok(stdout.includes(`--${flag}`), flag);
});

for (const [args, env, message] of [
  [['--unknown'], {}, /unknown option '--unknown'/],
  [['--port', '70000'], {}, /Expected an integer from 0 to 65535/],
  [['--directory', '/tmp'], {}, /--directory requires a vCenter: pass --server or set VCENTER_URL/],
  [['--server', 'vcenter'], {}, /expected an address such as https:/],
  [['--username', 'a'], {}, /require --server/],
  [['--server', 'https://vc', '--username', 'a'], {}, /--username and --password-stdin are required together/],
  [['--server', 'https://vc', '--username', 'a', '--password-stdin'], {}, /standard input is empty/],
  [[], { VCENTER_URL: 'https://vc', VCENTER_USERNAME: 'a' }, /VCENTER_USERNAME and VCENTER_PASSWORD are required together/],
  [['--tls-cert', 'x'], {}, /--tls-cert and --tls-key are required together/],
  [['--server', 'https://vc', '--ca', '/nowhere'], {}, /--ca: ENOENT/],
  [['--server', 'https://vc', '--thumbprint', 'xx'], {}, /thumbprint/],
] as const)
  test(`${['content-library-dashboard', ...args].join(' ')} is a usage error`, async () => {
    const { code, stderr } = await run(args, { env });
    assert.equal(code, 2);
    assert.match(stderr, message);
  });

test('a wrong password is exit code 3, an unreachable server 7, a certificate 8, and none shows the password', async () => {
  const simulator = createSimulator({ users: [user] });
  const vcenter = await serve(simulator.fetch, { tls: createSelfSignedCertificate() });
  const args = ['--server', vcenter.url, '--username', user.username, '--password-stdin', '--port', '0'];
  const wrong = await run([...args, '--insecure'], { input: 'wrong-password\n' });
  const untrusted = await run(args, { input: `${user.password}\n` });
  await vcenter.close();
  const closed = await run([...args, '--insecure'], { input: `${user.password}\n` });
  assert.deepEqual([wrong.code, untrusted.code, closed.code], [3, 8, 7]);
  assert.match(wrong.stderr, /^AuthenticationError: .*the login was rejected/);
  for (const { stdout, stderr } of [wrong, untrusted, closed])
    for (const secret of ['wrong-password', user.password]) assert.ok(!(stdout + stderr).includes(secret));
});

test('variables log in the server itself, which needs a token; a signal logs out and exits with its number', async () => {
  const simulator = createSimulator({ users: [user] });
  const vcenter = await serve(simulator.fetch);
  const program = new URL('command-program.ts', import.meta.url);
  const child = spawn(
    process.execPath,
    ['--conditions=rx-content-library-source', program.pathname, page, '--port', '0', '--no-open'],
    {
      env: { ...process.env, VCENTER_URL: vcenter.url, VCENTER_USERNAME: user.username, VCENTER_PASSWORD: user.password },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const stderr = text(child.stderr);
  let stdout = '';
  for await (const chunk of child.stdout.setEncoding('utf8')) {
    stdout += String(chunk);
    if (stdout.includes('\n')) break;
  }
  assert.match(stdout, /^Dashboard at http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]{43}\n$/);
  assert.equal(simulator.apiSessions, 1);
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', resolve);
  });
  child.kill('SIGTERM');
  assert.equal(await ended, 143);
  assert.equal(simulator.apiSessions, 0);
  assert.ok(!(await stderr).includes(user.password));
  await vcenter.close();
});
