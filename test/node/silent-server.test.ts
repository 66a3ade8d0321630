import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { nodeHash, serve, type Handler, type RunningServer } from 'rx-content-library/node';
import { createSimulator, type Scenario, type Simulator } from 'rx-content-library/simulator';
import { preparedAtOnce } from '../support/simulated-vcenter.ts';
import type { Task } from './silent-server.ts';

jest.setTimeout(120_000);

/** A moment at which a server stops answering, and what cannot be cleaned up then. */
interface Moment {
  /** The request that is never answered; a server that stops in the middle of the bytes has none. */
  readonly unanswered?: { readonly method: string; readonly path: RegExp };
  /** Whether the bytes come to their end. @default they stop in the middle */
  readonly whole?: true;
  readonly scenario?: Scenario;
  /** Whether what is never answered is a part of the clean-up: then the middle of the bytes is the moment to leave. */
  readonly isCleanUp?: true;
  /** Whether the download has succeeded by then. */
  readonly succeeds?: true;
  /** Sessions that stay on the server: it did not let anybody end them. @default none */
  readonly left?: { readonly download?: 1; readonly api?: 1 };
}

const session = '/api/content/library/item/download-session';

const moments: Readonly<Record<string, Moment>> = {
  'the login': { unanswered: { method: 'POST', path: /^\/api\/session$/ } },
  'the list of the item': { unanswered: { method: 'GET', path: /\/item\/[^/]+\/file$/ } },
  'the creation of the download session': { unanswered: { method: 'POST', path: new RegExp(`^${session}$`) } },
  'the state of the download session': { unanswered: { method: 'GET', path: new RegExp(`^${session}/[^/]+$`) } },
  'the request to prepare': { unanswered: { method: 'POST', path: /action=prepare$/ } },
  'the poll of what is being prepared': {
    unanswered: { method: 'GET', path: new RegExp(`^${session}/[^/]+/file$`) },
    scenario: { preparation: { requested: 3_600_000 } },
  },
  'the request for the bytes': { unanswered: { method: 'GET', path: /^\/cls\// } },
  'the middle of the bytes': {},
  'a keep-alive': {
    unanswered: { method: 'POST', path: /action=keep-alive$/ },
    scenario: { leases: { downloadSession: 3000 } },
  },
  'the question for the checksum': { unanswered: { method: 'GET', path: new RegExp(`^${session}/[^/]+/file$`) }, whole: true },
  'the cancelling': { unanswered: { method: 'POST', path: /action=cancel$/ }, isCleanUp: true },
  'the deletion': { unanswered: { method: 'DELETE', path: new RegExp(`^${session}/`) }, isCleanUp: true, left: { download: 1 } },
  'the deletion after a success': {
    unanswered: { method: 'DELETE', path: new RegExp(`^${session}/`) },
    whole: true,
    succeeds: true,
    left: { download: 1 },
  },
  'the logout': { unanswered: { method: 'DELETE', path: /^\/api\/session$/ }, isCleanUp: true, left: { api: 1 } },
  'the logout after a success': {
    unanswered: { method: 'DELETE', path: /^\/api\/session$/ },
    whole: true,
    succeeds: true,
    left: { api: 1 },
  },
};

const ways = [
  { fetch: 'node' },
  { fetch: 'node', patience: 3000 },
  { fetch: 'platform' },
  { fetch: 'platform', patience: 3000 },
] as const satisfies readonly Omit<Task, 'server'>[];

interface Stopped extends Task {
  readonly moment: string;
  readonly simulator: Simulator;
  /** Fulfils when the moment has come. */
  readonly come: Promise<unknown>;
  readonly hasCome: () => boolean;
}

const servers: RunningServer[] = [];

/** A first piece, and then nothing more. */
const stuck = ({ body, headers, status }: Response, onStuck: () => void): Response => {
  const reader = body?.getReader();
  let pieces = 0;
  const first = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const piece = pieces === 0 ? await reader?.read() : undefined;
      pieces += 1;
      if (piece?.value !== undefined) return controller.enqueue(piece.value);
      onStuck();
      await new Promise(() => undefined);
    },
    cancel: () => reader?.cancel(),
  });
  return new Response(first, { headers, status });
};

const stopping = async (moment: string, way: Omit<Task, 'server'>): Promise<Stopped> => {
  const { unanswered, whole, scenario, isCleanUp } = moments[moment] ?? {};
  const simulator = createSimulator({
    createHash: nodeHash,
    scenario: { preparation: preparedAtOnce, ...scenario },
    inventory: {
      libraries: [{ name: 'l', items: [{ name: 'i', id: 'item-1', files: [{ name: 'disk.vmdk', size: 2_000_000 }] }] }],
    },
  });
  const { promise: come, resolve } = Promise.withResolvers<undefined>();
  let hasCome = false;
  const itHasCome = (): void => {
    hasCome = true;
    resolve(undefined);
  };
  const handler: Handler = async (request) => {
    const { pathname, search } = new URL(request.url);
    if (unanswered?.method === request.method && unanswered.path.test(pathname + search)) {
      itHasCome();
      // As long as anybody waits for it.
      await once(request.signal, 'abort');
    }
    const answer = await simulator.fetch(request);
    if (whole === true || !pathname.startsWith('/cls/')) return answer;
    return stuck(answer, () => void (unanswered === undefined || isCleanUp === true ? itHasCome() : undefined));
  };
  const server = await serve(handler);
  servers.push(server);
  return { ...way, moment, simulator, come, hasCome: () => hasCome, server: server.url };
};

interface Line {
  readonly index: number;
  readonly ended: string;
}

let stopped: readonly Stopped[];
let lines: readonly Line[];
let code: number | null;
let stderr: string;

beforeAll(async () => {
  stopped = await Promise.all(Object.keys(moments).flatMap((moment) => ways.map((way) => stopping(moment, way))));
  const tasks = stopped.map(({ server, fetch, patience }): Task => ({
    server,
    fetch,
    ...(patience === undefined ? {} : { patience }),
  }));
  const conditions = process.env['RX_CONTENT_LIBRARY_TEST'] === 'dist' ? [] : ['--conditions=rx-content-library-source'];
  const args = [
    ...conditions,
    '--disable-warning=ExperimentalWarning',
    join(import.meta.dirname, 'silent-server.ts'),
    JSON.stringify(tasks),
  ];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  // Whatever runs on would keep it from ending: this is the guard against that.
  const guard = setTimeout(() => child.kill('SIGKILL'), 60_000);
  const said = text(child.stdout);
  const complained = text(child.stderr);
  for (const [index, { come, patience }] of stopped.entries())
    if (patience === undefined) void come.then(() => child.stdin.write(`${index}\n`));
  await Promise.race([Promise.all(stopped.filter(({ patience }) => patience === undefined).map(({ come }) => come)), closed]);
  child.stdin.end();
  [code] = (await closed) as [number | null];
  clearTimeout(guard);
  lines = (await said)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
  stderr = await complained;
});
afterAll(() => Promise.all(servers.map((server) => server.close())));

test('a program whose servers stop answering ends by itself, when it has left or given up', () => {
  expect([code, stderr]).toEqual([0, '']);
});

describe.each(Object.keys(moments))('a server that stops answering at %s', (moment) => {
  test.each(ways)('is left as clean as it lets one: %j', (way: Omit<Task, 'server'>) => {
    const isOf = (each: Stopped): boolean => each.moment === moment && each.fetch === way.fetch && each.patience === way.patience;
    const index = stopped.findIndex(isOf);
    const { simulator, hasCome } = stopped[index] as Stopped;
    const { left = {}, succeeds = false } = moments[moment] ?? {};
    expect(hasCome()).toBe(true);
    const ended = lines.filter((line) => line.index === index).map((line) => line.ended);
    expect(ended).toEqual([way.patience === undefined ? 'left' : succeeds ? 'whole' : 'TimeoutError']);
    expect({ download: simulator.sessions.length, api: simulator.apiSessions }).toEqual({ download: 0, api: 0, ...left });
  });
});
