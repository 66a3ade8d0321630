/**
 * Throughput of a served simulator: 1 GiB that it generates and hashes, compared with a plain Node server that sends as much from memory;
 * and status requests for each second of its CPU time.
 */

import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { createDownloadSession, prepareDownloadFile, vcenter } from 'rx-content-library';
import { lastValueFrom } from 'rxjs';
import { bench } from './support/bench.ts';
import { atLeast, table } from './support/report.ts';
import { startServer, startSimulator, user } from './support/server.ts';
import { median, ratio } from './support/statistics.ts';

const GIBIBYTE = 1024 ** 3;
const REQUESTS = 4000;
/** Compared with the plain server. */
const MIN_SPEED_RATIO = 0.5;
/** Status requests for each second of CPU time. */
const MIN_REQUEST_RATE = 2000;

/** Downloads 1 GiB. Returns MiB a second. */
const measureSpeed = async (url: string): Promise<number> => {
  const started = performance.now();
  const [response] = (await once(get(url, { agent: false }), 'response')) as [IncomingMessage];
  let received = 0;
  for await (const chunk of response) received += (chunk as Buffer).length;
  if (received !== GIBIBYTE) throw new Error(`${url} sent ${received} bytes instead of ${GIBIBYTE}.`);
  return 1024 / ((performance.now() - started) / 1000);
};

export default bench({
  title: 'Throughput of a served simulator',
  details: `Status requests: ${REQUESTS}, one after the other, after as many that are not measured.`,
  rounds: 5,
  warmUpRounds: 1,
  setUp: async (onTearDown, rounds) => {
    // Each round downloads a file of its own, so that the simulator generates and hashes it for the first time.
    const files = Array.from({ length: rounds + 1 }, (_, round) => ({ name: `${round}.vmdk`, size: GIBIBYTE }));
    const simulator = await startSimulator(onTearDown, {
      items: [{ id: 'item', name: 'item', files }],
      scenario: { preparation: { requested: 0, preparing: 0 } },
    });
    const plain = await startServer<string>(onTearDown, join(import.meta.dirname, 'simulator/plain-server.ts'));

    const server = simulator.address.url;
    const authorization = `Basic ${btoa(`${user.username}:${user.password}`)}`;
    const login = await fetch(`${server}/api/session`, { method: 'POST', headers: { authorization } });
    const sessionId = (await login.json()) as string;
    const vc = vcenter({ server, credentials: { sessionId } });
    const session = await lastValueFrom(createDownloadSession(vc, 'item'));
    const links: string[] = [];
    for (const { name } of files) {
      const { download_endpoint } = await lastValueFrom(prepareDownloadFile(vc, session, name));
      links.push(download_endpoint?.uri ?? '');
    }

    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTearDown(() => agent.destroy());
    const statusUrl = `${server}/api/content/library/item/download-session/${session}/file?file_name=0.vmdk`;
    const headers = { 'vmware-api-session-id': sessionId, 'content-type': 'application/json' };
    const readStatus = async (): Promise<void> => {
      const [response] = (await once(get(statusUrl, { agent, headers }), 'response')) as [IncomingMessage];
      if (response.statusCode !== 200) throw new Error(`${statusUrl}: status ${String(response.statusCode)}.`);
      for await (const chunk of response) void chunk;
    };
    return { simulator, plainUrl: plain.address, links, readStatus };
  },
  cases: ({ simulator, plainUrl, links, readStatus }) => ({
    simulator: {
      label: 'simulator, generated and hashed: MiB/s',
      run: (round) => measureSpeed(links[round] ?? ''),
    },
    plain: { label: 'plain Node server, from memory: MiB/s', run: () => measureSpeed(plainUrl) },
    requests: {
      label: 'simulator: status requests for each second of its CPU time',
      rounds: 1,
      run: async () => {
        for (let count = 0; count < REQUESTS; count += 1) await readStatus();
        const before = await simulator.readUsage();
        for (let count = 0; count < REQUESTS; count += 1) await readStatus();
        const after = await simulator.readUsage();
        return REQUESTS / (after.cpu - before.cpu);
      },
    },
  }),
  report: (rows) => [
    table('server', rows, {
      median: ({ samples }) => Math.round(median(samples)),
      'each round': ({ samples }) => samples.map(Math.round).join(', '),
    }),
  ],
  limits: ({ simulator, plain, requests }) => [
    atLeast('speed of the simulator to that of the plain server', ratio(simulator, plain), MIN_SPEED_RATIO),
    atLeast('status requests for each second of CPU time', median(requests), MIN_REQUEST_RATE),
  ],
});
