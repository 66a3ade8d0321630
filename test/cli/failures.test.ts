import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Scenario } from 'rx-content-library/simulator';
import { deadAddress, localhost } from '../node/servers.ts';
import { contents, temporaryDirectory } from '../node/temporary.ts';
import { parsed } from './command.ts';
import { password, servedSimulator, username, type ServedSimulatorOptions } from './served-simulator.ts';

interface Failure {
  readonly tag: string;
  readonly code: number;
  readonly message: RegExp;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Files that it leaves for the next run. */
  readonly leaves?: readonly string[];
  readonly options?: ServedSimulatorOptions;
}

const file = 'templates/ubuntu/ubuntu.ovf';

const fault = (operation: string, status: number, body: string, contentType = 'application/json'): ServedSimulatorOptions => ({
  scenario: { faults: [{ operation, status, body, contentType }] },
});

const outcome = (message?: null): ServedSimulatorOptions => {
  const preparation = { outcome: 'ERROR', ...(message === undefined ? {} : { message }) } as const;
  return { scenario: { files: { 'ubuntu.ovf': preparation } } satisfies Scenario };
};

const failures: Readonly<Record<string, Failure>> = {
  'a wrong password': {
    tag: 'AuthenticationError',
    code: 3,
    message: /the login was rejected\. Check the user name/,
    env: { VCENTER_PASSWORD: `${password}x` },
  },
  'an unknown API session': {
    tag: 'AuthenticationError',
    code: 3,
    message: /the API session is invalid or has expired\. Log in again/,
    env: { VCENTER_SESSION_ID: 'no-such-session' },
  },
  'a missing privilege': {
    tag: 'ApiError',
    code: 3,
    message: /The privilege ContentLibrary\.DownloadSession is missing.*needs ContentLibrary\.DownloadSession/,
    options: { users: [{ username, password, privileges: [] }] },
  },
  'an unknown item': {
    tag: 'NotFoundError',
    code: 4,
    message: /There is no item "nothing"\./,
    args: ['templates/nothing'],
  },
  'an unknown file': {
    tag: 'NotFoundError',
    code: 4,
    message: /No file matches "templates\/ubuntu\/\*\.iso"\./,
    args: ['templates/ubuntu/*.iso'],
  },
  'a failed preparation': {
    tag: 'PreparationError',
    code: 5,
    message: /Error transferring file ubuntu\.ovf\. Reason: IO error\./,
    options: outcome(),
  },
  'a failed preparation without a message': {
    tag: 'PreparationError',
    code: 5,
    message: /could not prepare "ubuntu\.ovf": no reason given/,
    options: outcome(null),
  },
  'fewer bytes than announced': {
    tag: 'TruncatedError',
    code: 6,
    message: /received 3 of 11 bytes/,
    options: fault('data', 200, 'Env', 'application/octet-stream'),
    // The next run resumes from them.
    leaves: ['ubuntu.ovf.part', 'ubuntu.ovf.part.json'],
  },
  'corrupt bytes': {
    tag: 'ChecksumError',
    code: 6,
    message: /"ubuntu\.ovf" is corrupt/,
    options: fault('data', 200, '<Envelopf/>', 'application/octet-stream'),
  },
  'an HTML page instead of JSON': {
    tag: 'DecodeError',
    code: 1,
    message: /expected JSON, found an HTML page/,
    options: fault('content.Library.find', 200, '<html>Welcome</html>', 'text/html'),
  },
  'JSON that does not match the contract': {
    tag: 'DecodeError',
    code: 1,
    message: /content\.Library\.find: the response does not match vCenter's specification/,
    options: fault('content.Library.find', 200, '{"value":{"libraries":7}}'),
  },
  'an unavailable server': {
    tag: 'ApiError',
    code: 7,
    message: /cis\.Session\.create: SERVICE_UNAVAILABLE \(503\)/,
    options: fault('cis.Session.create', 503, 'no healthy upstream', 'text/plain'),
  },
  'a redirect': {
    tag: 'TransportError',
    code: 7,
    message: /redirect.*, which is not followed/,
    options: fault('content.Library.find', 302, ''),
  },
  'a lost lease': {
    tag: 'LeaseError',
    code: 7,
    message: /has ended: it has expired or was deleted/,
    options: fault('data', 404, 'gone', 'text/plain'),
  },
  'a preparation without progress': {
    tag: 'TimeoutError',
    code: 7,
    message: /no change for 0\.3 s: "ubuntu\.ovf" is still PREPARE_REQUESTED/,
    args: [file, '--timeout', '0.3'],
    options: { scenario: { preparation: { requested: 3_600_000 } } },
  },
  'an untrusted certificate': {
    tag: 'TlsError',
    code: 8,
    message: /The certificate of 127\.0\.0\.1:\d+ was rejected \(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
    options: { tls: localhost },
  },
  'a file name that leaves the directory': {
    tag: 'UnsafeNameError',
    code: 10,
    message: /"\.\.\/outside" is not a safe file name/,
    args: ['templates/unsafe'],
  },
  'a destination that is a file': {
    tag: 'SinkError',
    code: 10,
    message: /is a file, not a directory/,
    args: [file, 'occupied/below'],
  },
  'a destination that can never be created': {
    tag: 'SinkError',
    code: 10,
    message: /does not allow a directory here/,
    args: [file, '/proc/nowhere'],
  },
  'a path without an item': {
    tag: 'UsageError',
    code: 2,
    message: /Missing item: expected LIBRARY\/ITEM/,
    args: ['templates'],
  },
  'an invalid server address': {
    tag: 'UsageError',
    code: 2,
    message: /Invalid VCENTER_URL: expected one such as https/,
    env: { VCENTER_URL: 'ftp://x' },
  },
};

const failed = async ({ args = [file], env = {}, options = {}, leaves = [] }: Failure, ...more: readonly string[]) => {
  const [{ run }, cwd] = await Promise.all([servedSimulator(options), temporaryDirectory()]);
  await writeFile(join(cwd, 'occupied'), '');
  const ended = await run(['export', ...args, ...more], { cwd, env });
  expect(Object.keys(await contents(cwd)).sort()).toEqual(['occupied', ...leaves]);
  return ended;
};

test.each(Object.entries(failures))('%s is reported as text and as a line of --json, with its exit code', async (_, failure) => {
  const [plain, json] = await Promise.all([failed(failure, '--dialect', 'rest'), failed(failure, '--dialect', 'api', '--json')]);

  expect(plain.stdout).toBe('');
  const last = plain.stderr.trimEnd().split('\n').at(-1) ?? '';
  expect(last).toMatch(new RegExp(`^${failure.tag}: .{20}`));
  expect(last).toMatch(failure.message);
  expect(plain.stderr).not.toMatch(/^\s+at /m);

  expect(json.stderr).toBe('');
  const { tag, code } = failure;
  expect(parsed(json.stdout).at(-1)).toEqual({
    type: 'error',
    error: { tag, message: expect.stringMatching(failure.message), code },
  });
  expect([plain.code, json.code]).toEqual([code, code]);
});

test('an unreachable server exits with 7', async () => {
  const { run } = await servedSimulator();
  const ended = await run(['ls'], { env: { VCENTER_URL: await deadAddress() } });
  expect(ended).toMatchObject({ code: 7, stdout: '', stderr: expect.stringMatching(/^TransportError: .*ECONNREFUSED/) });
});
