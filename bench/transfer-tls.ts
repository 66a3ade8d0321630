/**
 * CPU time and memory of downloading 1 GiB over TLS into a file, with its SHA-256: the published command, and `download` over `nodeFetch`
 * and over the platform's `fetch`, compared with curl and openssl.
 */

import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDownloadSession, deleteDownloadSession, prepareDownloadFile, vcenter } from 'rx-content-library';
import { nodeFetch } from 'rx-content-library/node';
import { lastValueFrom } from 'rxjs';
import { bench } from './support/bench.ts';
import {
  command,
  createTemporaryFolder,
  downloadProgramArgs,
  measureProgram,
  requirePrograms,
  type DownloadProgramOptions,
  type ProgramCost,
} from './support/program.ts';
import { atMost, table } from './support/report.ts';
import { commandEnv, startSimulator, user } from './support/server.ts';
import { median, ratio, spread } from './support/statistics.ts';

const GIBIBYTE = 1024 ** 3;
/** CPU time, compared with curl and openssl. */
const MAX_CPU_RATIO = { nodeFetch: 1.35, fetch: 1.6 };
/** MiB more than an idle process. */
const MAX_MEMORY = 128;

const [itemId, fileName] = ['item-1', 'disk.vmdk'];
const curlAndOpenssl = 'curl -s --fail --cacert "$0" -o "$1" "$2" && openssl dgst -sha256 "$1"';

const cpu = (samples: readonly ProgramCost[]): readonly number[] => samples.map((sample) => sample.cpu);
const memory = (samples: readonly ProgramCost[]): number => median(samples.map((sample) => sample.memory));

export default bench({
  title: 'CPU time and memory of downloading 1 GiB over TLS into a file, with its SHA-256',
  details: 'Ratios compare CPU time with curl and openssl.',
  rounds: 7,
  warmUpRounds: 1,
  setUp: async (onTearDown) => {
    requirePrograms('/usr/bin/time', '/usr/bin/curl', '/usr/bin/openssl');
    const folder = await createTemporaryFolder(onTearDown, 'memory');
    const { address } = await startSimulator(onTearDown, {
      isTls: true,
      // The algorithm is known from the start, so that the client computes no other checksum.
      scenario: { preparation: { requested: 0, preparing: 0, checksumKnown: 'at-once' }, checksums: 'SHA256' },
      items: [{ id: itemId, name: 'item', files: [{ name: fileName, size: GIBIBYTE }] }],
    });
    const { url, thumbprint } = address;
    const cert = join(folder, 'cert.pem');
    await writeFile(cert, address.cert);

    const vc = vcenter({ server: url, credentials: user, fetch: nodeFetch({ thumbprint }) });
    const session = await lastValueFrom(createDownloadSession(vc, itemId));
    onTearDown(() => lastValueFrom(deleteDownloadSession(vc, session)));
    const { download_endpoint } = await lastValueFrom(prepareDownloadFile(vc, session, fileName));
    const file = join(folder, fileName);
    const runDownload = (options: Partial<DownloadProgramOptions>, env?: NodeJS.ProcessEnv) =>
      measureProgram(
        process.execPath,
        downloadProgramArgs({ server: url, itemId, folder, credentials: user, force: true, ...options }),
        env,
      );
    return { url, thumbprint, folder, cert, file, link: download_endpoint?.uri ?? '', runDownload };
  },
  beforeEach: ({ file }) => rm(file, { force: true }),
  cases: ({ url, thumbprint, folder, cert, file, link, runDownload }) => ({
    curl: {
      label: 'curl -o f && openssl dgst -sha256 f',
      run: () => measureProgram('/bin/sh', ['-c', curlAndOpenssl, cert, file, link]),
    },
    command: {
      label: 'content-library export',
      run: () =>
        measureProgram(
          process.execPath,
          [command, 'export', 'bench/item', folder, '--force', '--thumbprint', thumbprint],
          commandEnv(url),
        ),
    },
    nodeFetchSmallHeap: {
      label: 'download() over nodeFetch, young generation limited as in the command',
      run: () => runDownload({ thumbprint, limitsYoungGeneration: true }),
    },
    nodeFetch: {
      label: 'download() over nodeFetch',
      run: () => runDownload({ thumbprint }),
    },
    fetch: {
      label: 'download() over fetch',
      // `fetch` trusts the certificates in this file.
      run: () => runDownload({}, { NODE_EXTRA_CA_CERTS: cert }),
    },
    idle: {
      label: 'idle process: content-library --version',
      run: () => measureProgram(process.execPath, [command, '--version']),
    },
  }),
  report: (rows, { curl }) => [
    table('1 GiB over TLS', rows, {
      'CPU s, median (min..max)': ({ samples }) => spread(cpu(samples), 2),
      'CPU ratio': ({ samples }) => ratio(cpu(samples), cpu(curl)).toFixed(2),
      'wall s, median': ({ samples }) => median(samples.map(({ wall }) => wall)).toFixed(2),
      'peak memory MiB, median': ({ samples }) => memory(samples).toFixed(0),
    }),
  ],
  // `nodeFetch` without the limited young generation has no limit: the row shows what that saves.
  limits: ({ curl, command, nodeFetchSmallHeap, nodeFetch, fetch, idle }) => [
    atMost('content-library export, CPU ratio', ratio(cpu(command), cpu(curl)), MAX_CPU_RATIO.nodeFetch),
    atMost('content-library export, MiB over the idle process', memory(command) - memory(idle), MAX_MEMORY),
    atMost(
      'download() over nodeFetch, young generation limited, CPU ratio',
      ratio(cpu(nodeFetchSmallHeap), cpu(curl)),
      MAX_CPU_RATIO.nodeFetch,
    ),
    atMost(
      'download() over nodeFetch, young generation limited, MiB over the idle process',
      memory(nodeFetchSmallHeap) - memory(idle),
      MAX_MEMORY,
    ),
    atMost('download() over nodeFetch, MiB over the idle process', memory(nodeFetch) - memory(idle), MAX_MEMORY),
    atMost('download() over fetch, CPU ratio', ratio(cpu(fetch), cpu(curl)), MAX_CPU_RATIO.fetch),
    atMost('download() over fetch, MiB over the idle process', memory(fetch) - memory(idle), MAX_MEMORY),
  ],
});
