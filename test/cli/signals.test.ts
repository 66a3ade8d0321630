import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import type { Handler } from 'rx-content-library/node';
import { contents, temporaryDirectory } from '../node/temporary.ts';
import { codeOf, jsonLines, start, type JsonLine } from './command.ts';
import { inBothDialects, servedSimulator, type ServedSimulatorOptions } from './served-simulator.ts';

type Signal = 'SIGINT' | 'SIGTERM';

/** Exports the huge file, and sends a signal at the first `--json` event that matches. */
const interrupted = async (
  signal: Signal,
  when: (event: JsonLine) => boolean,
  options?: ServedSimulatorOptions,
  dialect = 'auto',
) => {
  const [vcenter, cwd] = await Promise.all([servedSimulator(options), temporaryDirectory()]);
  const child = start(['export', 'templates/huge', '--json', '--dialect', dialect], { env: vcenter.env, cwd });
  let sent = false;
  const reading = jsonLines(child.stdout, (event) => {
    if (sent || !when(event)) return;
    sent = true;
    child.kill(signal);
  });
  const [code, events, stderr] = await Promise.all([codeOf(child), reading, text(child.stderr)]);
  vcenter.expectNoSecret(JSON.stringify(events) + stderr);
  return { ...vcenter, code, last: events.at(-1), stderr, left: await contents(cwd) };
};

const hasBytes = ({ type, received }: JsonLine): boolean => type === 'progress' && received !== 0;

const clean = (vcenter: { simulator: { sessions: readonly unknown[]; apiSessions: number } }) => [
  vcenter.simulator.sessions,
  vcenter.simulator.apiSessions,
];

const interruption = (code: number) => ({
  type: 'error',
  error: {
    tag: 'InterruptedError',
    message: expect.stringMatching(/^Interrupted \(SIG\w+\)\. No incomplete file was left under its final name/),
    code,
  },
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s during a transfer exits with %d and leaves nothing on disk or on the server', (signal, code) =>
  inBothDialects(async (dialect) => {
    const ended = await interrupted(signal, hasBytes, {}, dialect);
    expect(ended).toMatchObject({ code, stderr: '', left: {} });
    expect(ended.last).toEqual(interruption(code));
    expect(clean(ended)).toEqual([[], 0]);
    // Cancelled first, so that the download links become invalid even if a later request fails.
    expect(
      ended.simulator.requests
        .map(({ operation }) => operation.replace(/^content\.library\.item\./, ''))
        .filter((operation) => /(cancel|delete)$/.test(operation)),
    ).toEqual(['DownloadSession.cancel', 'DownloadSession.delete', 'cis.Session.delete']);
  }),
);

test('SIGINT during the preparation of a file leaves nothing', () =>
  inBothDialects(async (dialect) => {
    const slow: ServedSimulatorOptions = { scenario: { preparation: { requested: 3_600_000 } } };
    const ended = await interrupted('SIGINT', ({ type }) => type === 'status', slow, dialect);
    expect(ended).toMatchObject({ code: 130, last: interruption(130), left: {} });
    expect(clean(ended)).toEqual([[], 0]);
  }));

/** Delays the responses to matching requests; `arrived` resolves at the first of them. */
const delayResponses = (matches: (request: Request) => boolean) => {
  const arrived = Promise.withResolvers<undefined>();
  const gate = Promise.withResolvers<undefined>();
  const through =
    (handler: Handler): Handler =>
    async (request) => {
      if (!matches(request)) return handler(request);
      arrived.resolve(undefined);
      await gate.promise;
      return handler(request);
    };
  return { arrived: arrived.promise, release: () => gate.resolve(undefined), through };
};

const isLogin = ({ method, url }: Request): boolean => method === 'POST' && new URL(url).pathname === '/api/session';
const isCreate = ({ method, url }: Request): boolean => method === 'POST' && url.endsWith('/download-session');
const isCancel = ({ url }: Request): boolean => url.endsWith('action=cancel');
const isCleanUp = (request: Request): boolean => isCancel(request) || request.method === 'DELETE';

test.each([
  ['login', isLogin],
  ['creation of the download session', isCreate],
])('SIGINT during the %s waits for its response and then cleans up', async (_, matches) => {
  const { arrived, release, through } = delayResponses(matches);
  const [vcenter, cwd] = await Promise.all([servedSimulator({ middleware: through }), temporaryDirectory()]);
  const child = start(['export', 'templates/huge'], { env: vcenter.env, cwd });
  const ending = Promise.all([codeOf(child), text(child.stdout), text(child.stderr)]);
  await arrived;
  child.kill('SIGINT');
  release();
  const [code, stdout, stderr] = await ending;
  expect([code, stdout]).toEqual([130, '']);
  expect(stderr).toMatch(/InterruptedError: Interrupted \(SIGINT\)\. [^\n]*\n$/);
  expect(clean(vcenter)).toEqual([[], 0]);
  expect(await contents(cwd)).toEqual({});
});

test('a second SIGINT exits at once, even if the server does not respond', async () => {
  const { arrived, through } = delayResponses(isCancel);
  const [vcenter, cwd] = await Promise.all([servedSimulator({ middleware: through }), temporaryDirectory()]);
  const child = start(['export', 'templates/huge', '--json'], { env: vcenter.env, cwd });
  const reading = jsonLines(child.stdout, (event) => void (hasBytes(event) && child.kill('SIGINT')));
  const ending = Promise.all([codeOf(child), reading]);
  // The first signal was handled.
  await arrived;
  child.kill('SIGINT');
  const [code, events] = await ending;
  expect(code).toBe(130);
  // It did not wait for the server: that prints an error.
  expect(events.at(-1)?.type).toBe('progress');
});

test('an interrupted command waits at most a few seconds for a server that does not respond', async () => {
  const { through } = delayResponses(isCleanUp);
  const ended = await interrupted('SIGINT', hasBytes, { middleware: through });
  expect(ended.code).toBe(130);
  expect(ended.last).toMatchObject({ error: { tag: 'InterruptedError', code: 130 } });
  expect(JSON.stringify(ended.last)).toContain('The server did not respond in time');
});

test.each([[[]], [['--json']]])('export to - exits with 0 and cleans up when its standard output is closed %j', async (flags) => {
  const vcenter = await servedSimulator();
  const child = start(['export', 'templates/huge', '-', ...flags], { env: vcenter.env });
  const ending = Promise.all([codeOf(child), text(child.stderr)]);
  await once(child.stdout, 'data');
  child.stdout.destroy();
  const [code, stderr] = await ending;
  expect(code).toBe(0);
  expect(stderr).not.toMatch(/error|EPIPE|gone/i);
  expect(clean(vcenter)).toEqual([[], 0]);
});

test('a download into a directory continues when its standard output is closed', async () => {
  const [vcenter, cwd] = await Promise.all([servedSimulator(), temporaryDirectory()]);
  const child = start(['export', 'templates/ubuntu/ubuntu.ovf', '--json'], { env: vcenter.env, cwd });
  child.stdout.destroy();
  const [code, stderr] = await Promise.all([codeOf(child), text(child.stderr)]);
  expect([code, stderr]).toEqual([0, '']);
  expect(await contents(cwd)).toEqual({ 'ubuntu.ovf': '<Envelope/>' });
});
