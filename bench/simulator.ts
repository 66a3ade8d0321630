/**
 * How fast a served simulator is: 1 GiB that it generates and hashes, against a plain Node server that sends the same bytes from memory;
 * and status requests by the time of its processor. Fails below half the speed, or 2,000 requests a second. `npm run bench:simulator`
 */

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, createServer, get, request, type IncomingMessage } from 'node:http';
import { cpus, release } from 'node:os';
import { nodeHash, serve } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';

const leastShare = 0.5;
const leastRequests = 2000;
const rounds = 5;
const gibibyte = 1024 ** 3;
const requests = 4000;
const user = { username: 'administrator@vsphere.local', password: 'secret' };

/** Every round has a file of its own: nothing is known of it before. */
const files = Array.from({ length: rounds + 1 }, (_, round) => ({ name: `${round}.vmdk`, size: gibibyte }));
const simulator = () =>
  createSimulator({
    users: [user],
    createHash: nodeHash,
    inventory: { libraries: [{ name: 'bench', items: [{ id: 'item', name: 'item', files }] }] },
    scenario: { preparation: { requested: 0, preparing: 0 } },
  });

interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

const ask = async (url: string, { method = 'GET', headers = {}, body }: Asked = {}): Promise<string> => {
  const text = body === undefined ? '' : JSON.stringify(body);
  const asked = request(url, { agent, method, headers: { ...headers, 'content-type': 'application/json' } });
  asked.end(text);
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  let said = '';
  for await (const part of answer.setEncoding('utf8')) said += String(part);
  return said;
};

/** Logs in, opens a session, and prepares every file; answers the login and the session. */
const open = async (server: string) => {
  const authorization = `Basic ${btoa(`${user.username}:${user.password}`)}`;
  const token = JSON.parse(await ask(`${server}/api/session`, { method: 'POST', headers: { authorization } })) as string;
  const headers = { 'vmware-api-session-id': token };
  const sessions = `${server}/api/content/library/item/download-session`;
  const session = JSON.parse(await ask(sessions, { method: 'POST', headers, body: { library_item_id: 'item' } })) as string;
  const links: string[] = [];
  for (const { name } of files) {
    const body = { file_name: name };
    const said = await ask(`${sessions}/${session}/file?action=prepare`, { method: 'POST', headers, body });
    links.push((JSON.parse(said) as { download_endpoint: { uri: string } }).download_endpoint.uri);
  }
  return { headers, status: `${sessions}/${session}/file?file_name=0.vmdk`, links };
};

const bytesOfAWrite = 256 * 1024;

/** In a process of their own: the client's work is not theirs. */
const servers: Readonly<Record<string, () => Promise<string>>> = {
  simulator: async () => (await serve(simulator().fetch)).url,
  plain: async () => {
    const { fetch } = simulator();
    const server = await serve(fetch);
    const { links } = await open(server.url);
    const bytes = new Uint8Array(await (await fetch(links[0] ?? '')).arrayBuffer());
    await server.close();
    const plain = createServer((_, response) => {
      response.writeHead(200, { 'content-length': bytes.length });
      let sent = 0;
      const send = (): void => {
        while (sent < bytes.length) {
          const part = bytes.subarray(sent, sent + bytesOfAWrite);
          sent += part.length;
          if (!response.write(part)) return void response.once('drain', send);
        }
        response.end();
      };
      send();
    });
    plain.listen(0, '127.0.0.1');
    await once(plain, 'listening');
    return `http://127.0.0.1:${(plain.address() as { port: number }).port}/`;
  },
};

const start = async (name: string): Promise<{ server: ChildProcess; url: string }> => {
  const server = fork(import.meta.filename, [name]);
  const [url] = (await once(server, 'message')) as [string];
  return { server, url };
};

/** MiB a second. */
const speedOf = async (url: string): Promise<number> => {
  const started = performance.now();
  const [answer] = (await once(get(url, { agent: false }), 'response')) as [IncomingMessage];
  let read = 0;
  for await (const part of answer) read += (part as Buffer).length;
  if (read !== gibibyte) throw new Error(`${url} sent ${read} bytes.`);
  return 1024 / ((performance.now() - started) / 1000);
};

/** Seconds of its processor that a server has used. */
const usedBy = async (server: ChildProcess): Promise<number> => {
  server.send('used');
  const [{ user: own, system }] = (await once(server, 'message')) as [NodeJS.CpuUsage];
  return (own + system) / 1e6;
};

const median = (numbers: readonly number[]): number => numbers.toSorted((one, other) => one - other)[numbers.length >> 1] ?? NaN;

const measure = async (): Promise<void> => {
  const [simulated, plain] = [await start('simulator'), await start('plain')];
  try {
    const { headers, status, links } = await open(simulated.url);
    const speeds: Record<'simulated' | 'plain', number[]> = { simulated: [], plain: [] };
    for (const [round, link] of links.entries()) {
      const [one, other] = [await speedOf(link), await speedOf(plain.url)];
      // The first round warms up.
      if (round > 0) {
        speeds.simulated.push(one);
        speeds.plain.push(other);
      }
    }
    const share = median(speeds.simulated) / median(speeds.plain);

    for (let count = 0; count < requests; count += 1) await ask(status, { headers });
    const before = await usedBy(simulated.server);
    for (let count = 0; count < requests; count += 1) await ask(status, { headers });
    const rate = requests / ((await usedBy(simulated.server)) - before);

    const list = (numbers: readonly number[]): string => numbers.map(Math.round).join(', ');
    console.log(`Node ${process.version}, ${cpus().length} cores of ${cpus()[0]?.model ?? 'an unknown kind'}, ${process.platform} ${release()}

| 1 GiB over HTTP | MiB/s, median of ${rounds} | each |
|---|---|---|
| simulator, generated and hashed | ${Math.round(median(speeds.simulated))} | ${list(speeds.simulated)} |
| plain Node, from memory | ${Math.round(median(speeds.plain))} | ${list(speeds.plain)} |

The simulator has ${share.toFixed(2)} of the plain server's speed (at least ${leastShare}).
It answers ${Math.round(rate)} status requests for a second of its processor (at least ${leastRequests}).`);
    if (share < leastShare || rate < leastRequests) process.exitCode = 1;
  } finally {
    simulated.server.kill();
    plain.server.kill();
    agent.destroy();
  }
};

const create = servers[process.argv[2] ?? ''];
if (create === undefined) await measure();
else {
  process.on('message', () => process.send?.(process.cpuUsage()));
  process.send?.(await create());
}
