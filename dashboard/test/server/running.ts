/** A dashboard with a small page, before a simulated vCenter. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as requestHttp, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createSelfSignedCertificate, nodeHash, serve, type Handler } from 'rx-content-library/node';
import { createSimulator, type Simulator, type SimulatorOptions } from 'rx-content-library/simulator';
import { startDashboard, type DashboardOptions } from '../../server/index.ts';

/** The login that the simulated vCenter accepts. */
export const user = { username: 'administrator@vsphere.local', password: 'correct horse battery staple' };

/** A response, with its body as text. */
export interface TestResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** What a request has besides its path. */
export interface TestRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** What a test uses. */
export interface Running {
  readonly simulator: Simulator;
  /** Address of the dashboard, with the token if there is one. */
  readonly address: string;
  readonly origin: string;
  /** Every line that the server has logged. */
  readonly lines: readonly string[];
  /** Every request that reached the vCenter. */
  readonly reached: readonly Request[];
  /** Sends a request as written: neither path nor `Host` are normalized. `Origin` is that of the page unless stated. */
  readonly send: (path: string, request?: TestRequest) => Promise<TestResponse>;
  /** Logs in, and returns the `cookie` header of the browser. */
  readonly logIn: (credentials?: typeof user) => Promise<string>;
  /** Ends every API session, as a vCenter does that restarts. */
  readonly endSessions: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const inventory = {
  libraries: [
    {
      name: 'templates',
      id: 'library-1',
      items: [
        {
          name: 'debian',
          id: 'item-1',
          files: [
            { name: 'debian.ovf', content: '<Envelope/>' },
            { name: 'disk 100% #1.vmdk', size: 300_000 },
          ],
        },
      ],
    },
  ],
};

/** What is different from the default. */
export interface RunningOptions {
  readonly dashboard?: DashboardOptions;
  readonly simulator?: SimulatorOptions;
  /** Responds instead of the simulator, unless it returns `undefined`. */
  readonly respond?: (request: Request) => Response | undefined;
}

/** Starts both. */
export const start = async ({ dashboard = {}, simulator: options = {}, respond }: RunningOptions = {}): Promise<Running> => {
  const page = mkdtempSync(join(tmpdir(), 'dashboard-page-'));
  writeFileSync(
    join(page, 'index.html'),
    '<!doctype html><base href="./"><app-root></app-root><script src="main-ABCDEFGH.js"></script>',
  );
  writeFileSync(join(page, 'main-ABCDEFGH.js'), `console.log(${JSON.stringify('text '.repeat(1000))});`);
  writeFileSync(join(page, 'favicon.ico'), 'icon');
  writeFileSync(join(page, '..', 'outside.txt'), 'outside of the page');
  const scenario = { preparation: { requested: 0, preparing: 20 } };
  const tls = createSelfSignedCertificate();
  const simulator = createSimulator({ inventory, scenario, users: [user], createHash: nodeHash, ...options });
  const reached: Request[] = [];
  const handler: Handler = async (request) => {
    reached.push(request.clone());
    return respond?.(request) ?? simulator.fetch(request);
  };
  const vcenter = await serve(handler, { tls });
  const lines: string[] = [];
  const running = await startDashboard({
    server: vcenter.url,
    trust: { thumbprint: tls.thumbprint, proxy: false },
    page,
    log: (line) => lines.push(line),
    ...dashboard,
  });
  const origin = new URL(running.url).origin;

  const send = async (path: string, { method = 'GET', headers = {}, body }: TestRequest = {}): Promise<TestResponse> => {
    const { hostname, port } = new URL(origin);
    const sent = { ...(method === 'GET' ? {} : { origin }), ...headers };
    const outgoing = requestHttp({ hostname: hostname.replace(/^\[|\]$/g, ''), port, path, method, headers: sent, agent: false });
    outgoing.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
    return new Promise((resolve, reject) => {
      outgoing.once('error', reject);
      outgoing.once('response', (incoming) => {
        buffer(incoming).then(
          (bytes) => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text: bytes.toString() }),
          reject,
        );
      });
    });
  };
  return {
    simulator,
    address: running.url,
    origin,
    lines,
    reached,
    send,
    logIn: async (credentials = user) => {
      const { status, headers } = await send('/login', { method: 'POST', body: credentials });
      if (status !== 204) throw new Error(`the login returned ${status}`);
      return (headers['set-cookie']?.[0] ?? '').replace(/;.*/, '');
    },
    endSessions: async () => {
      const ids = new Set(reached.map(({ headers }) => headers.get('vmware-api-session-id')));
      for (const id of ids)
        if (id !== null)
          await simulator.fetch(`${vcenter.url}/api/session`, { method: 'DELETE', headers: { 'vmware-api-session-id': id } });
    },
    close: async () => {
      await running.close();
      await vcenter.close();
      rmSync(page, { recursive: true, force: true });
    },
  };
};
