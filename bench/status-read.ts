/**
 * CPU time of one status read: `getDownloadFile`, with login, abort, timeout, retry and decoder, compared with a bare `fetch().json()` of
 * the same response.
 */

import { join } from 'node:path';
import { getDownloadFile, vcenter } from 'rx-content-library';
import { lastValueFrom } from 'rxjs';
import { bench } from './support/bench.ts';
import { atMost, table } from './support/report.ts';
import { startServer } from './support/server.ts';
import { ratio, spread } from './support/statistics.ts';

const READS = 200;
const MAX_RATIO = 1.7;

const [sessionId, downloadSessionId, fileName] = ['3beb707a90a553203beb707a90a55320', '3beb707a:90a55320', 'disk.vmdk'];

/** Returns microseconds of CPU time for each read. Reads run one after the other. */
const measureReads = async (read: () => Promise<unknown>): Promise<number> => {
  const before = process.cpuUsage();
  for (let count = 0; count < READS; count += 1) await read();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / READS;
};

export default bench({
  title: 'CPU time of one status read, compared with fetch().json()',
  details: `Each sample is the mean of ${READS} reads, one after the other.`,
  rounds: 100,
  warmUpRounds: 20,
  order: 'alternating',
  setUp: async (onTearDown) => {
    const { address: origin } = await startServer<string>(onTearDown, join(import.meta.dirname, 'status-read/status-server.ts'));
    return {
      url: `${origin}/api/content/library/item/download-session/${downloadSessionId}/file?file_name=${fileName}`,
      // The headers that vCenter requires.
      headers: { accept: 'application/json', 'vmware-api-session-id': sessionId },
      vc: vcenter({ server: origin, credentials: { sessionId }, dialect: 'api' }),
    };
  },
  cases: ({ url, headers, vc }) => ({
    fetch: {
      label: 'fetch().json()',
      run: () => measureReads(async () => (await fetch(url, { headers })).json() as Promise<unknown>),
    },
    client: {
      label: 'getDownloadFile()',
      run: () => measureReads(() => lastValueFrom(getDownloadFile(vc, downloadSessionId, fileName))),
    },
  }),
  report: (rows, samples) => [
    table('one status read', rows, {
      'CPU µs, median (min..max)': (row) => spread(row.samples, 1),
      'to fetch().json()': (row) => ratio(row.samples, samples.fetch).toFixed(2),
    }),
  ],
  limits: ({ client, fetch }) => [atMost('CPU of getDownloadFile() to fetch().json()', ratio(client, fetch), MAX_RATIO)],
});
