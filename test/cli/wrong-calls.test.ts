/** What the command prints for wrong calls: stored screens, each of which says what to do. */

import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { CommanderError } from 'commander';
import { createProgram } from '#src/cli/definitions/index.js';
import { reportFailure } from '#src/cli/output/failure.js';

type Environment = Readonly<Record<string, string>>;

const complete: Environment = {
  VCENTER_URL: 'https://vcenter.example.com',
  VCENTER_USERNAME: 'exports@vsphere.local',
  VCENTER_PASSWORD: 'p4ssw0rd',
};
const path = 'Templates/debian-12';

/** Arguments, and environment variables. */
const calls: readonly (readonly [args: readonly string[], env?: Environment])[] = [
  [[]],
  [['frobnicate']],
  [['exprot', path]],
  [['--frobnicate', 'ls']],
  [['export']],
  [['export', path, '.', 'extra']],
  [['export', path, '--frobnicate']],
  [['export', path, '--concurency', '2']],
  [['export', path, '--concurrency']],
  [['export', path, '--concurrency', '0']],
  [['export', path, '--concurrency', '1.5']],
  [['export', path, '--concurrency', 'many']],
  [['export', path, '--timeout', '0']],
  [['export', path, '--timeout', 'soon']],
  [['export', path, '--timeout', '-5']],
  [['export', path, '--limit-rate', 'fast']],
  [['export', path, '--limit-rate', '10']],
  [['export', path, '--retries', '-1']],
  [['export', path, '--retries', 'x']],
  [['export', path, '--progress', 'fancy']],
  [['export', path, '--log-file', '']],
  [['export', '']],
  [['export', path, '']],
  [['ls', '']],
  [['ls', 'a', 'b']],
  [['ls', '--timeout']],
  [['verify']],
  [['verify', '']],
  [['verify', path, 'dir', 'extra']],
  [['mirror']],
  [['mirror', 'Templates']],
  [['mirror', 'Templates', 'dir', '--watch', '0']],
  [['mirror', 'Templates', 'dir', '--watch', 'never']],
  [['mirror', 'Templates', 'dir', '--force']],
  [['sessions']],
  [['sessions', 'rm']],
  [['sessions', 'ls', 'extra']],
  [['sessions', 'ls', '--all']],
  [['watch']],
  [['watch', 'a', 'b']],
  [['doctor', 'a', 'b']],
  [['simulate', '--port', '70000']],
  [['simulate', '--port', 'x']],
  [['simulate', 'extra']],
  [['--server', 'vcenter.example.com', 'simulate']],
  [['ls']],
  [['ls', '--server', 'vcenter.example.com']],
  [['ls', '--username', 'me']],
  [['ls', '--server', 'vcenter.example.com', '--username', 'me']],
  [['ls', '--password', 'p4ssw0rd']],
  [['ls', '--session-id', 'p4ssw0rd']],
  [['ls', '--server', '']],
  [['ls', '--server', 'ftp://vcenter.example.com']],
  [['ls', '--server', 'https://me:p4ssw0rd@vcenter.example.com']],
  [['ls', '--server', 'vcenter.example.com?a=b']],
  [['ls', '--server', 'LAB\\me@vcenter.example.com']],
  [['ls', '--server', 'vcenter example com']],
  [['ls', '--server', 'vcenter.example.com', '--password-stdin', '--session-id', '-']],
  [['ls'], { VCENTER_URL: 'vcenter.example.com' }],
  [['ls'], { VCENTER_URL: 'vcenter.example.com', VCENTER_USERNAME: 'me' }],
  [['ls'], { GOVC_URL: 'vcenter.example.com' }],
  [['ls', '--dialect', 'soap'], complete],
  [['ls', '--thumbprint', 'zz'], complete],
  [['ls', '--ca', '/nonexistent/ca.pem'], complete],
  [['ls', '--download-host', 'a b'], complete],
  [['ls', '--profile', 'lab'], complete],
  [['ls', '--profile', ''], complete],
  [['ls', '--profile', 'lab', '--server', 'vcenter.example.com']],
];

const before = { env: process.env, exitCode: process.exitCode };

let screen = '';

beforeEach(() => {
  screen = '';
  for (const stream of [process.stdout, process.stderr])
    jest.spyOn(stream, 'write').mockImplementation((text: unknown) => {
      screen += String(text);
      return true;
    });
});

afterEach(() => {
  jest.restoreAllMocks();
  process.env = before.env;
  process.exitCode = before.exitCode;
});

/** Runs the command in this process, as src/cli/program.ts does; returns what a terminal shows. */
const show = async (args: readonly string[], env: Environment): Promise<{ readonly screen: string; readonly code: unknown }> => {
  screen = '';
  process.exitCode = 0;
  process.env = { XDG_CONFIG_HOME: '/nonexistent', ...env };
  try {
    await createProgram('1.0.0').parseAsync([...args], { from: 'user' });
  } catch (thrown) {
    process.exitCode = thrown instanceof CommanderError ? 2 : reportFailure(thrown, { json: false });
  }
  return { screen, code: process.exitCode };
};

/** Words that begin what to do. */
const advice = /\b(?:see|use|pass|set|expected|write|allowed|did you mean|must|omit|name|choose|usage|remove|check)\b/i;

test(`${calls.length} wrong calls exit with 2, and each screen says what to do and has no secret`, async () => {
  expect(calls.length).toBeGreaterThanOrEqual(60);
  const screens: string[] = [];
  const withoutAdvice: string[] = [];
  for (const [args, env = {}] of calls) {
    const shown = await show(args, env);
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value} `);
    const line = `$ ${variables.join('')}content-library ${args.map((each) => (/^[\w./:@-]+$/.test(each) ? each : `'${each}'`)).join(' ')}`;
    expect({ line, code: shown.code }).toEqual({ line, code: 2 });
    if (!advice.test(shown.screen)) withoutAdvice.push(`${line}\n${shown.screen}`);
    expect(shown.screen).not.toContain('p4ssw0rd');
    // The help has tests of its own.
    const [first = ''] = shown.screen.split('\n');
    screens.push(`${line.trim()}\n${first.startsWith('Usage:') ? `${first}\n…\n` : shown.screen}`);
  }
  expect(withoutAdvice).toEqual([]);
  expect(screens.join('\n')).toMatchSnapshot();
});
