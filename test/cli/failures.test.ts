import { expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Scenario } from 'rx-content-library/simulator';
import { deadAddress, localhost } from '../node/servers.ts';
import { contents, temporaryDirectory } from '../node/temporary.ts';
import { parsed } from './command.ts';
import { password, servedSimulator, username, type ServedSimulatorOptions } from './served-simulator.ts';

interface Failure {
  readonly tag: string;
  readonly code: number;
  /** In the sentence. */
  readonly says: RegExp;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Files that it leaves for the next run. */
  readonly keeps?: readonly string[];
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
    says: /the login was rejected\. Check the user name/,
    env: { VCENTER_PASSWORD: `${password}x` },
  },
  'a session id that is none': {
    tag: 'AuthenticationError',
    code: 3,
    says: /the API session is invalid or has expired|the login was rejected/,
    args: [file, '--session-id', 'no-such-session'],
  },
  'a privilege that is missing': {
    tag: 'ApiError',
    code: 3,
    says: /The privilege ContentLibrary\.DownloadSession is missing.*needs ContentLibrary\.DownloadSession/,
    options: { users: [{ username, password, privileges: [] }] },
  },
  'an item that is not there': {
    tag: 'NotFoundError',
    code: 4,
    says: /There is no item "nothing"\./,
    args: ['templates/nothing'],
  },
  'a file that is not there': {
    tag: 'NotFoundError',
    code: 4,
    says: /No file fits "templates\/ubuntu\/\*\.iso"\./,
    args: ['templates/ubuntu/*.iso'],
  },
  'a preparation that fails': {
    tag: 'PreparationError',
    code: 5,
    says: /Error transferring file ubuntu\.ovf\. Reason: IO error\./,
    options: outcome(),
  },
  'a preparation that fails without a message': {
    tag: 'PreparationError',
    code: 5,
    says: /could not prepare "ubuntu\.ovf": no reason given/,
    options: outcome(null),
  },
  'fewer bytes than announced': {
    tag: 'TruncatedError',
    code: 6,
    says: /received 3 of 11 bytes/,
    options: fault('data', 200, 'Env', 'application/octet-stream'),
    // For the next run, which goes on from there.
    keeps: ['ubuntu.ovf.part', 'ubuntu.ovf.part.json'],
  },
  'other bytes than vCenter has': {
    tag: 'ChecksumError',
    code: 6,
    says: /"ubuntu\.ovf" is corrupt/,
    options: fault('data', 200, '<Envelopf/>', 'application/octet-stream'),
  },
  'a page instead of an answer': {
    tag: 'DecodeError',
    code: 1,
    says: /expected JSON, found an HTML page/,
    options: fault('content.Library.find', 200, '<html>Welcome</html>', 'text/html'),
  },
  'JSON that is not the contract': {
    tag: 'DecodeError',
    code: 1,
    says: /content\.Library\.find: the response does not match vCenter's specification/,
    options: fault('content.Library.find', 200, '{"value":{"libraries":7}}'),
  },
  'a server that is not available': {
    tag: 'ApiError',
    code: 7,
    says: /cis\.Session\.create: SERVICE_UNAVAILABLE \(503\)/,
    options: fault('cis.Session.create', 503, 'no healthy upstream', 'text/plain'),
  },
  'a redirect': {
    tag: 'TransportError',
    code: 7,
    says: /redirect, which is not followed/,
    options: fault('content.Library.find', 302, ''),
  },
  'a lease that was lost': {
    tag: 'LeaseError',
    code: 7,
    says: /has ended: it has expired or was deleted/,
    options: fault('data', 404, 'gone', 'text/plain'),
  },
  'a preparation that does not move': {
    tag: 'TimeoutError',
    code: 7,
    says: /no data from the server for 0\.3 s/,
    args: [file, '--timeout', '0.3'],
    options: { scenario: { preparation: { requested: 3_600_000 } } },
  },
  'a certificate that nobody vouches for': {
    tag: 'TlsError',
    code: 8,
    says: /The certificate of 127\.0\.0\.1:\d+ was rejected \(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
    options: { tls: localhost },
  },
  'a name that leaves the directory': {
    tag: 'UnsafeNameError',
    code: 10,
    says: /"\.\.\/outside" is not a safe file name/,
    args: ['templates/unsafe'],
  },
  'a destination that is a file': {
    tag: 'SinkError',
    code: 10,
    says: /is a file, not a directory/,
    args: [file, 'occupied/below'],
  },
  'a path that is none': {
    tag: 'UsageError',
    code: 2,
    says: /Which item\? Give LIBRARY\/ITEM/,
    args: ['templates'],
  },
  'a server that is none': { tag: 'UsageError', code: 2, says: /expected one such as https/, env: { VCENTER_URL: 'ftp://x' } },
};

const failed = async ({ args = [file], env = {}, options = {}, keeps = [] }: Failure, ...more: readonly string[]) => {
  const [{ run }, cwd] = await Promise.all([servedSimulator(options), temporaryDirectory()]);
  await writeFile(join(cwd, 'occupied'), '');
  const ended = await run(['export', ...args, ...more], { cwd, env });
  expect(Object.keys(await contents(cwd)).sort()).toEqual(['occupied', ...keeps]);
  return ended;
};

test.each(Object.entries(failures))('%s: a sentence for people, a line of --json for programs', async (_, failure) => {
  const [people, programs] = await Promise.all([
    failed(failure, '--dialect', 'rest'),
    failed(failure, '--dialect', 'api', '--json'),
  ]);

  expect(people.stdout).toBe('');
  const last = people.stderr.trimEnd().split('\n').at(-1) ?? '';
  expect(last).toMatch(new RegExp(`^${failure.tag}: .{20}`));
  expect(last).toMatch(failure.says);
  expect(people.stderr).not.toMatch(/^\s+at /m);

  expect(programs.stderr).toBe('');
  const { tag, code } = failure;
  expect(parsed(programs.stdout).at(-1)).toEqual({
    type: 'error',
    error: { tag, message: expect.stringMatching(failure.says), code },
  });
  expect([people.code, programs.code]).toEqual([code, code]);
});

test('a server that is not there is 7', async () => {
  const { run } = await servedSimulator();
  const ended = await run(['ls', '--server', await deadAddress()]);
  expect(ended).toMatchObject({ code: 7, stdout: '', stderr: expect.stringMatching(/^TransportError: .*ECONNREFUSED/) });
});
