import { spawn } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { nodeHash, serve, type Handler, type RunningServer } from 'rx-content-library/node';
import { createSimulator, type Scenario, type Simulator } from 'rx-content-library/simulator';
import { preparedAtOnce } from '../support/simulated-vcenter.ts';
import { requestIdHeader, type Report, type Silence, type Task } from './silent-server-protocol.ts';

// A guard against a program that never ends, not a measure.
jest.setTimeout(300_000);

/** A moment at which a server falls silent, and what cannot be cleaned up then. */
interface Moment {
  /** The request that gets no response. @default none: the server stops in the middle of the bytes */
  readonly unanswered?: { readonly method: string; readonly path: RegExp };
  /** True if the bytes arrive completely. @default they stop in the middle */
  readonly isComplete?: true;
  readonly scenario?: Scenario;
  /** True if the request belongs to the clean-up: then the download ends in the middle of the bytes. */
  readonly isCleanUp?: true;
  /** True if the download has succeeded by then. */
  readonly succeeds?: true;
  /** Sessions that remain on the server because it did not end them. @default none */
  readonly left?: { readonly download?: 1; readonly api?: 1 };
  /** Virtual milliseconds until the last request has ended, by how the download ends. @default at once, and after its timeout */
  readonly idleAt?: { readonly unsubscribed?: number; readonly timedOut?: number };
}

const session = '/api/content/library/item/download-session';

const moments: Readonly<Record<string, Moment>> = {
  'the login': { unanswered: { method: 'POST', path: /^\/api\/session$/ }, idleAt: { unsubscribed: 4000 } },
  'the list of the files of the item': {
    unanswered: { method: 'GET', path: /\/item\/[^/]+\/file$/ },
    idleAt: { timedOut: 6000 },
  },
  'the creation of the download session': {
    unanswered: { method: 'POST', path: new RegExp(`^${session}$`) },
    idleAt: { unsubscribed: 4000 },
  },
  'the state of the download session': { unanswered: { method: 'GET', path: new RegExp(`^${session}/[^/]+$`) } },
  'the request to prepare': { unanswered: { method: 'POST', path: /action=prepare$/ } },
  'the poll of the preparation': {
    unanswered: { method: 'GET', path: new RegExp(`^${session}/[^/]+/file$`) },
    scenario: { preparation: { requested: 3_600_000 } },
  },
  'the request for the bytes': { unanswered: { method: 'GET', path: /^\/cls\// } },
  'the middle of the bytes': {},
  'a keep-alive': {
    unanswered: { method: 'POST', path: /action=keep-alive$/ },
    scenario: { leases: { downloadSession: 4000 } },
    idleAt: { unsubscribed: 1000 },
  },
  'the request for the checksum': {
    unanswered: { method: 'GET', path: new RegExp(`^${session}/[^/]+/file$`) },
    isComplete: true,
  },
  'the cancelling': {
    unanswered: { method: 'POST', path: /action=cancel$/ },
    isCleanUp: true,
    idleAt: { unsubscribed: 2000, timedOut: 5000 },
  },
  'the deletion': {
    unanswered: { method: 'DELETE', path: new RegExp(`^${session}/`) },
    isCleanUp: true,
    left: { download: 1 },
    idleAt: { unsubscribed: 4000, timedOut: 6000 },
  },
  'the deletion after a success': {
    unanswered: { method: 'DELETE', path: new RegExp(`^${session}/`) },
    isComplete: true,
    succeeds: true,
    left: { download: 1 },
    idleAt: { unsubscribed: 4000 },
  },
  'the logout': {
    unanswered: { method: 'DELETE', path: /^\/api\/session$/ },
    isCleanUp: true,
    left: { api: 1 },
    idleAt: { unsubscribed: 5000, timedOut: 6000 },
  },
  'the logout after a success': {
    unanswered: { method: 'DELETE', path: /^\/api\/session$/ },
    isComplete: true,
    succeeds: true,
    left: { api: 1 },
    idleAt: { unsubscribed: 5000 },
  },
};

const cases = [
  { fetch: 'node' },
  { fetch: 'node', patience: 3000 },
  { fetch: 'platform' },
  { fetch: 'platform', patience: 3000 },
] as const satisfies readonly Omit<Task, 'server'>[];

interface SilentServer {
  readonly moment: string;
  readonly task: Task;
  readonly simulator: Simulator;
  /** True once the request of the moment has been received. */
  readonly isReached: () => boolean;
}

const servers: RunningServer[] = [];

/** Emits the first chunk, and nothing after it. */
const silentAfterFirstChunk = ({ body, headers, status }: Response, onSilent: (sent: number) => void): Response => {
  const reader = body?.getReader();
  let sent = 0;
  const stream = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const chunk = sent === 0 ? await reader?.read() : undefined;
      if (chunk?.value !== undefined) {
        sent = chunk.value.byteLength;
        return controller.enqueue(chunk.value);
      }
      onSilent(sent);
      await new Promise(() => undefined);
    },
    cancel: () => reader?.cancel(),
  });
  return new Response(stream, { headers, status });
};

const silentServer = async (
  moment: string,
  options: Omit<Task, 'server'>,
  onSilent: (silence: Omit<Silence, 'task'>) => void,
): Promise<SilentServer> => {
  const { unanswered, isComplete = false, scenario, isCleanUp = false } = moments[moment] ?? {};
  const simulator = createSimulator({
    // Time does not pass: a lease ends only where a download forgets to extend it.
    clock: { now: () => 0 },
    createHash: nodeHash,
    scenario: { preparation: preparedAtOnce, ...scenario },
    inventory: {
      libraries: [{ name: 'l', items: [{ name: 'i', id: 'item-1', files: [{ name: 'disk.vmdk', size: 2_000_000 }] }] }],
    },
  });
  let isReached = unanswered === undefined;
  const handler: Handler = async (request) => {
    const { pathname, search } = new URL(request.url);
    const requestId = request.headers.get(requestIdHeader) ?? '';
    if (unanswered?.method === request.method && unanswered.path.test(pathname + search)) {
      isReached = true;
      onSilent({ requestId, sent: 0, isMoment: !isCleanUp });
      await once(request.signal, 'abort');
    }
    const response = await simulator.fetch(request);
    if (isComplete || !pathname.startsWith('/cls/')) return response;
    const isMoment = unanswered === undefined || isCleanUp;
    return silentAfterFirstChunk(response, (sent) => onSilent({ requestId, sent, isMoment }));
  };
  const server = await serve(handler);
  servers.push(server);
  return { moment, task: { ...options, server: server.url }, simulator, isReached: () => isReached };
};

// A server that closes idle connections after a time would depend on the clock.
const keepIdleConnections = (message: unknown): void => {
  (message as { readonly server: Server }).server.keepAliveTimeout = 0;
};

let started: readonly SilentServer[];
let reports: readonly Report[];
let code: number | null;
let stderr: string;

beforeAll(async () => {
  subscribe('http.server.request.start', keepIdleConnections);
  let send: (silence: Silence) => void = () => undefined;
  const combinations = Object.keys(moments).flatMap((moment) => cases.map((options) => ({ moment, options })));
  started = await Promise.all(
    combinations.map(({ moment, options }, task) => silentServer(moment, options, (silence) => send({ task, ...silence }))),
  );
  const conditions = process.env['RX_CONTENT_LIBRARY_TEST'] === 'dist' ? [] : ['--conditions=rx-content-library-source'];
  const args = [
    ...conditions,
    '--disable-warning=ExperimentalWarning',
    join(import.meta.dirname, 'silent-server.ts'),
    JSON.stringify(started.map(({ task }) => task)),
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  send = (silence) => void (child.connected && child.send(silence));
  const [output, errors] = [child.stdout, child.stderr].map((stream) => (stream === null ? '' : text(stream))) as [
    Promise<string>,
    Promise<string>,
  ];
  const guard = setTimeout(() => child.kill('SIGKILL'), 240_000);
  [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(guard);
  const [stdout, complaints] = await Promise.all([output, errors]);
  stderr = complaints;
  reports = stdout === '' ? [] : (JSON.parse(stdout) as readonly Report[]);
});
afterAll(async () => {
  unsubscribe('http.server.request.start', keepIdleConnections);
  await Promise.all(servers.map((server) => server.close()));
});

test('a program whose servers fall silent ends by itself once every download is unsubscribed or has timed out', () => {
  expect([code, stderr]).toEqual([0, '']);
});

describe.each(Object.keys(moments))('a server that falls silent at %s', (moment) => {
  test.each(cases)('is left on time, with every session ended that it allows: %j', (options: Omit<Task, 'server'>) => {
    const index = started.findIndex(
      (each) => each.moment === moment && each.task.fetch === options.fetch && each.task.patience === options.patience,
    );
    const { simulator, isReached } = started[index] as SilentServer;
    const { left = {}, succeeds = false, idleAt = {} } = moments[moment] ?? {};
    expect(isReached()).toBe(true);
    expect(reports[index]).toEqual(
      options.patience === undefined
        ? { outcome: 'unsubscribed', idleAt: idleAt.unsubscribed ?? 0 }
        : { outcome: succeeds ? 'completed' : 'TimeoutError', idleAt: idleAt.timedOut ?? options.patience },
    );
    expect({ download: simulator.sessions.length, api: simulator.apiSessions }).toEqual({ download: 0, api: 0, ...left });
  });
});
