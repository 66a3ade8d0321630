import { expect, test } from '@jest/globals';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Handler } from 'rx-content-library/node';
import { contents, temporaryDirectory } from '../node/temporary.ts';
import { codeOf, jsonLines, start, type JsonLine } from './command.ts';
import { inBothDialects, servedSimulator, type ServedSimulatorOptions } from './served-simulator.ts';

type Signal = 'SIGINT' | 'SIGTERM';

/** Exports the huge file, and sends signals when an event of `--json` says so. */
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

const bytesCame = ({ type, received }: JsonLine): boolean => type === 'progress' && received !== 0;

const clean = (vcenter: { simulator: { sessions: readonly unknown[]; apiSessions: number } }) => [
  vcenter.simulator.sessions,
  vcenter.simulator.apiSessions,
];

const interruption = (code: number) => ({
  type: 'error',
  error: {
    tag: 'InterruptedError',
    message: expect.stringMatching(/^Interrupted \(SIG\w+\)\. Nothing unfinished stands under a final name/),
    code,
  },
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s in the middle of a transfer is %d: nothing is left here or on the server', (signal, code) =>
  inBothDialects(async (dialect) => {
    const ended = await interrupted(signal, bytesCame, {}, dialect);
    expect(ended).toMatchObject({ code, stderr: '', left: {} });
    expect(ended.last).toEqual(interruption(code));
    expect(clean(ended)).toEqual([[], 0]);
    // Cancelled first, so that the addresses of the files die even if the rest fails.
    expect(
      ended.simulator.requests
        .map(({ operation }) => operation.replace(/^content\.library\.item\./, ''))
        .filter((operation) => /(cancel|delete)$/.test(operation)),
    ).toEqual(['DownloadSession.cancel', 'DownloadSession.delete', 'cis.Session.delete']);
  }),
);

test('SIGINT while a file is being prepared leaves nothing', () =>
  inBothDialects(async (dialect) => {
    const slow: ServedSimulatorOptions = { scenario: { preparation: { requested: 3_600_000 } } };
    const ended = await interrupted('SIGINT', ({ type }) => type === 'status', slow, dialect);
    expect(ended).toMatchObject({ code: 130, last: interruption(130), left: {} });
    expect(clean(ended)).toEqual([[], 0]);
  }));

/** Holds back the answers to the requests that fit, and tells when the first of them has come. */
const holding = (fits: (request: Request) => boolean) => {
  const arrived = Promise.withResolvers<undefined>();
  const gate = Promise.withResolvers<undefined>();
  const through =
    (handler: Handler): Handler =>
    async (request) => {
      if (!fits(request)) return handler(request);
      arrived.resolve(undefined);
      await gate.promise;
      return handler(request);
    };
  return { arrived: arrived.promise, goOn: () => gate.resolve(undefined), through };
};

const isLogin = ({ method, url }: Request): boolean => method === 'POST' && new URL(url).pathname === '/api/session';
const isCreate = ({ method, url }: Request): boolean => method === 'POST' && url.endsWith('/download-session');
const isCancel = ({ url }: Request): boolean => url.endsWith('action=cancel');
const isCleanUp = (request: Request): boolean => isCancel(request) || request.method === 'DELETE';

test.each([
  ['login', isLogin],
  ['creation of the download session', isCreate],
])('SIGINT during the %s waits for its answer, and then undoes it', async (_, fits) => {
  const { arrived, goOn, through } = holding(fits);
  const [vcenter, cwd] = await Promise.all([servedSimulator({ middleware: through }), temporaryDirectory()]);
  const child = start(['export', 'templates/huge'], { env: vcenter.env, cwd });
  const ending = Promise.all([codeOf(child), text(child.stdout), text(child.stderr)]);
  await arrived;
  child.kill('SIGINT');
  goOn();
  const [code, stdout, stderr] = await ending;
  expect([code, stdout]).toEqual([130, '']);
  expect(stderr).toMatch(/InterruptedError: Interrupted \(SIGINT\)\. [^\n]*\n$/);
  expect(clean(vcenter)).toEqual([[], 0]);
  expect(await contents(cwd)).toEqual({});
});

test('a second SIGINT ends at once, even if the server does not answer', async () => {
  const { arrived, through } = holding(isCancel);
  const [vcenter, cwd] = await Promise.all([servedSimulator({ middleware: through }), temporaryDirectory()]);
  const child = start(['export', 'templates/huge', '--json'], { env: vcenter.env, cwd });
  const reading = jsonLines(child.stdout, (event) => void (bytesCame(event) && child.kill('SIGINT')));
  const ending = Promise.all([codeOf(child), reading]);
  // The first one has been heard.
  await arrived;
  child.kill('SIGINT');
  const [code, events] = await ending;
  expect(code).toBe(130);
  // Had it waited for the server, it would have said so.
  expect(events.at(-1)?.type).toBe('progress');
});

test('a server that does not answer holds an interrupted command for a few seconds, no more', async () => {
  const { through } = holding(isCleanUp);
  const ended = await interrupted('SIGINT', bytesCame, { middleware: through });
  expect(ended.code).toBe(130);
  expect(ended.last).toMatchObject({ error: { tag: 'InterruptedError', code: 130 } });
  expect(JSON.stringify(ended.last)).toContain('The server did not answer in time');
});

test.each([[[]], [['--json']]])(
  'a reader that goes away ends export to - quietly, and the server is left clean %j',
  async (flags) => {
    const vcenter = await servedSimulator();
    const child = start(['export', 'templates/huge', '-', ...flags], { env: vcenter.env });
    const ending = Promise.all([codeOf(child), text(child.stderr)]);
    await once(child.stdout, 'data');
    child.stdout.destroy();
    const [code, stderr] = await ending;
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/error|EPIPE|gone/i);
    expect(clean(vcenter)).toEqual([[], 0]);
  },
);

test('a reader of the events that goes away does not end a download into a directory', async () => {
  const [vcenter, cwd] = await Promise.all([servedSimulator(), temporaryDirectory()]);
  const child = start(['export', 'templates/ubuntu/ubuntu.ovf', '--json'], { env: vcenter.env, cwd });
  child.stdout.destroy();
  const [code, stderr] = await Promise.all([codeOf(child), text(child.stderr)]);
  expect([code, stderr]).toEqual([0, '']);
  expect(await contents(cwd)).toEqual({ 'ubuntu.ovf': '<Envelope/>' });
});
