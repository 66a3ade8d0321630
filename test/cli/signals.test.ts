import { once } from 'node:events';
import { constants } from 'node:os';
import { text } from 'node:stream/consumers';
import { expect, test } from '@jest/globals';
import type { Handler } from 'rx-content-library/node';
import { contents, temporaryDirectory } from '../node/temporary.ts';
import { codeOf, command, jsonLines, parsed, start, type JsonLine } from './command.ts';
import { inBothDialects, servedSimulator, type ServedSimulatorOptions } from './served-simulator.ts';

type Signal = 'SIGHUP' | 'SIGINT' | 'SIGQUIT' | 'SIGTERM' | 'SIGUSR2';

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
  return { ...vcenter, code, events, last: events.at(-1), stderr, left: await contents(cwd) };
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
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGQUIT', 131],
  ['SIGTERM', 143],
  ['SIGUSR2', 128 + constants.signals.SIGUSR2],
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

test.each([
  ['SIGHUP', 129],
  ['SIGINT', 130],
] as const)('%s during the preparation of a file leaves nothing', (signal, code) =>
  inBothDialects(async (dialect) => {
    const slow: ServedSimulatorOptions = { scenario: { preparation: { requested: 3_600_000 } } };
    const ended = await interrupted(signal, ({ type }) => type === 'status', slow, dialect);
    expect(ended).toMatchObject({ code, last: interruption(code), left: {} });
    expect(clean(ended)).toEqual([[], 0]);
  }),
);

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
  ['SIGINT', 'login', isLogin],
  ['SIGHUP', 'login', isLogin],
  ['SIGINT', 'creation of the download session', isCreate],
  ['SIGHUP', 'creation of the download session', isCreate],
] as const)('%s during the %s waits for its response and then cleans up', async (signal, _, matches) => {
  const { arrived, release, through } = delayResponses(matches);
  const [vcenter, cwd] = await Promise.all([servedSimulator({ middleware: through }), temporaryDirectory()]);
  const child = start(['export', 'templates/huge'], { env: vcenter.env, cwd });
  const ending = Promise.all([codeOf(child), text(child.stdout), text(child.stderr)]);
  await arrived;
  child.kill(signal);
  release();
  const [code, stdout, stderr] = await ending;
  expect([code, stdout]).toEqual([128 + constants.signals[signal], '']);
  expect(stderr).toMatch(/InterruptedError: Interrupted \(SIG(INT|HUP)\)\. [^\n]*\n$/);
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

const hangs = (...operations: readonly string[]): ServedSimulatorOptions => ({
  scenario: { faults: operations.map((operation) => ({ operation, kind: 'hang' })) },
});
const onCancel = 'content.library.item.DownloadSession.cancel';
const onDelete = 'content.library.item.DownloadSession.delete';

test.each([
  ['is refused', { scenario: { faults: [{ operation: onDelete, kind: 'refusal', errorType: 'UNAUTHORIZED' }] } }],
  ['gets no response', hangs(onDelete)],
  ['gets no response, as its cancellation', hangs(onCancel, onDelete)],
] as const)('an interrupted command names the session whose deletion %s, and when it expires', async (_, options) => {
  const ended = await interrupted('SIGHUP', hasBytes, options);
  const [session] = ended.simulator.sessions;
  const left = new RegExp(`Download session ${session?.id} is left on 127\\.0\\.0\\.1:\\d+ until it expires \\(20`);
  expect(ended.code).toBe(129);
  expect(ended.events.slice(-2)).toMatchObject([
    { type: 'warning', code: 'SESSION_NOT_DELETED', downloadSessionId: session?.id, expires: expect.any(String) },
    { type: 'error', error: { tag: 'InterruptedError', code: 129, message: expect.stringMatching(left) } },
  ]);
  expect(JSON.stringify(ended.last)).not.toContain('cleaned up');
  // One last line.
  expect(ended.events.filter(({ type }) => type === 'error')).toHaveLength(1);
});

test('an interrupted command whose logout gets no response does not state that the server was cleaned up', async () => {
  const ended = await interrupted('SIGTERM', hasBytes, hangs('cis.Session.delete'));
  expect(ended.code).toBe(143);
  expect(JSON.stringify(ended.last)).toMatch(/until it expires/);
  expect(JSON.stringify(ended.last)).not.toContain('cleaned up');
});

test.each([[[]], [['--json']]])(
  'export exits with 0 and a warning if the session cannot be deleted after a success %j',
  async (flags) => {
    const options = { scenario: { faults: [{ operation: onDelete, kind: 'refusal', errorType: 'UNAUTHORIZED' }] } } as const;
    const [vcenter, cwd] = await Promise.all([servedSimulator(options), temporaryDirectory()]);
    const ended = await command(['export', 'templates/ubuntu/*.ovf', ...flags], { env: vcenter.env, cwd });
    expect(ended.code).toBe(0);
    const id = vcenter.simulator.sessions[0]?.id;
    if (flags.length === 0)
      expect(ended.stderr.match(/^Warning: .*/gm)).toEqual([
        expect.stringMatching(new RegExp(`Download session ${id} is left on 127\\.0\\.0\\.1:\\d+ until it expires \\(20`)),
      ]);
    else expect(parsed(ended.stdout).filter(({ type }) => type === 'warning')).toMatchObject([{ downloadSessionId: id }]);
  },
);

test('SIGHUP cleans up although standard output and standard error are closed', async () => {
  const [vcenter, cwd] = await Promise.all([servedSimulator(), temporaryDirectory()]);
  const child = start(['export', 'templates/huge', '--json'], { env: vcenter.env, cwd });
  const ending = codeOf(child);
  await once(child.stdout, 'data');
  child.stdout.destroy();
  child.stderr.destroy();
  child.kill('SIGHUP');
  expect(await ending).toBe(129);
  expect(clean(vcenter)).toEqual([[], 0]);
  expect(await contents(cwd)).toEqual({});
});

test('simulate exits with 129 after SIGHUP', async () => {
  const child = start(['simulate', '--json']);
  const ending = codeOf(child);
  await once(child.stdout, 'data');
  child.kill('SIGHUP');
  expect(await ending).toBe(129);
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
