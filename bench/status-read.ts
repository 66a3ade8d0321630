/**
 * What one status read costs the client in CPU: `getDownloadFile` with its login, abort, timeout, retry and decoder in place, against a
 * bare `fetch().json()` of the same answer. Fails where it is more than 1.7 times as much. `npm run bench:status-read`
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { cpus, release } from 'node:os';
import { getDownloadFile, vcenter } from 'rx-content-library';
import { lastValueFrom } from 'rxjs';

const limit = 1.7;
const rounds = 100;
const reads = 200;

const answer = JSON.stringify({
  name: 'disk.vmdk',
  status: 'PREPARED',
  bytes_transferred: 0,
  size: 1_073_741_824,
  download_endpoint: {
    uri: 'https://vcenter.example.com/cls/data/5f0c9a52-1d3f-4b52-8a53-0c54d1c7fd10/disk.vmdk',
    ssl_certificate_thumbprint: '3B:7A:90:4C:55:13:6E:0A:21:F8:62:7D:35:AC:1B:9F:E4:70:5D:08',
  },
  checksum_info: { algorithm: 'SHA256', checksum: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' },
});

/** In a process of its own: only the client's work is to be counted. */
const serveAnswers = (): void => {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) }).end(answer);
  });
  server.keepAliveTimeout = 60_000;
  server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
};

const measure = async (): Promise<void> => {
  const server = fork(import.meta.filename, ['serve']);
  const [{ port }] = (await once(server, 'message')) as [{ port: number }];
  const origin = `http://127.0.0.1:${port}`;
  const [sessionId, downloadSessionId, file] = ['3beb707a90a553203beb707a90a55320', '3beb707a:90a55320', 'disk.vmdk'];

  const address = `${origin}/api/content/library/item/download-session/${downloadSessionId}/file?file_name=${file}`;
  // What vCenter wants to see of anyone who asks.
  const headers = { accept: 'application/json', 'vmware-api-session-id': sessionId };
  const vc = vcenter({ server: origin, credentials: { sessionId }, dialect: 'api' });
  const ways: Readonly<Record<string, () => Promise<unknown>>> = {
    'fetch().json()': async () => (await fetch(address, { headers })).json() as Promise<unknown>,
    'getDownloadFile()': () => lastValueFrom(getDownloadFile(vc, downloadSessionId, file)),
  };

  const microseconds = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]));
  try {
    for (let round = -20; round < rounds; round += 1) {
      // Each goes first in every other round: the one before leaves its garbage.
      const order = Object.entries(ways);
      for (const [name, read] of round % 2 === 0 ? order : order.reverse()) {
        const before = process.cpuUsage();
        for (let count = 0; count < reads; count += 1) await read();
        const { user, system } = process.cpuUsage(before);
        // The first rounds warm up.
        if (round >= 0) microseconds.get(name)?.push((user + system) / reads);
      }
    }
  } finally {
    server.kill();
  }

  console.log(
    `Node ${process.version}, ${cpus().length} cores of ${cpus()[0]?.model ?? 'an unknown kind'}, ${process.platform} ${release()}`,
  );
  console.log(`${rounds} rounds in turn, ${reads} reads each, one at a time, ${answer.length} bytes an answer\n`);
  console.log('| one status read | CPU µs, median (min..max) | ratio |\n|---|---|---|');
  const medians = [...microseconds].map(([name, values]) => {
    const sorted = values.toSorted((a, b) => a - b);
    return { name, least: sorted[0] ?? NaN, median: sorted[sorted.length >> 1] ?? NaN, most: sorted.at(-1) ?? NaN };
  });
  const bare = medians[0]?.median ?? NaN;
  for (const { name, least, median, most } of medians)
    console.log(`| ${name} | ${median.toFixed(1)} (${least.toFixed(1)}..${most.toFixed(1)}) | ${(median / bare).toFixed(2)} |`);
  const ratio = (medians[1]?.median ?? NaN) / bare;
  console.log(`\n${ratio <= limit ? 'within' : 'ABOVE'} the limit of ${limit}`);
  if (!(ratio <= limit)) process.exitCode = 1;
};

if (process.argv[2] === 'serve') serveAnswers();
else await measure();
