/**
 * CPU time, wall time and memory of downloading 1 GiB over TLS into a file, verified by its checksum: the published command, and `download`
 * over `nodeFetch` and over the platform's `fetch`, compared with curl, openssl and aria2c. vCenter states a SHA1 after the last byte;
 * further rows have a SHA1 and a SHA256 that are stated before.
 */

import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDownloadSession, deleteDownloadSession, prepareDownloadFile, vcenter } from 'rx-content-library';
import { nodeFetch } from 'rx-content-library/node';
import type { Scenario } from 'rx-content-library/simulator';
import { lastValueFrom } from 'rxjs';
import { bench, type Case, type OnTearDown } from './support/bench.ts';
import {
  command,
  createTemporaryFolder,
  downloadProgramArgs,
  measureProgram,
  requirePrograms,
  type ProgramCost,
} from './support/program.ts';
import { atMost, table } from './support/report.ts';
import { commandEnv, startSimulator, user } from './support/server.ts';
import { median, ratio, spread } from './support/statistics.ts';

const GIBIBYTE = 1024 ** 3;
/** Compared with curl and openssl. */
const MAX_CPU_RATIO = 1.2;
const MAX_WALL_RATIO = 1;
const MAX_FETCH_CPU_RATIO = 1.8;
/** MiB, the runtime included. */
const MAX_MEMORY = 128;

const [itemId, fileName] = ['item-1', 'disk.vmdk'];
const aria2c = '/usr/bin/aria2c';
const curlAndOpenssl = (algorithm: string) =>
  `curl -s --fail --cacert "$0" -o "$1" "$2" && openssl dgst -${algorithm} "$1" > /dev/null`;

/** When a session states the checksum, and with which algorithm. */
type Stated = Pick<Scenario, 'checksums'> & { readonly checksumKnown: 'at-once' | 'downloaded' };

const startServer = async (onTearDown: OnTearDown, folder: string, { checksums, checksumKnown }: Stated) => {
  const { address } = await startSimulator(onTearDown, {
    isTls: true,
    scenario: { preparation: { requested: 0, preparing: 0, checksumKnown }, ...(checksums === undefined ? {} : { checksums }) },
    items: [{ id: itemId, name: 'item', files: [{ name: fileName, size: GIBIBYTE }] }],
  });
  const cert = join(folder, `${checksums ?? ''}-${checksumKnown}.pem`);
  await writeFile(cert, address.cert);
  return { ...address, cert };
};

const cpu = (samples: readonly ProgramCost[]): readonly number[] => samples.map((sample) => sample.cpu);
const wall = (samples: readonly ProgramCost[]): readonly number[] => samples.map((sample) => sample.wall);
const memory = (samples: readonly ProgramCost[]): number => median(samples.map((sample) => sample.memory));

export default bench({
  title: 'CPU time, wall time and memory of downloading 1 GiB over TLS into a file, verified by its checksum',
  details: 'Ratios compare with curl and openssl dgst -sha1. curl and aria2c download the link of a prepared file.',
  rounds: 5,
  warmUpRounds: 1,
  setUp: async (onTearDown) => {
    requirePrograms('/usr/bin/time', '/usr/bin/curl', '/usr/bin/openssl');
    const folder = await createTemporaryFolder(onTearDown, 'memory');
    const late = await startServer(onTearDown, folder, { checksums: 'SHA1', checksumKnown: 'downloaded' });
    const sha1 = await startServer(onTearDown, folder, { checksums: 'SHA1', checksumKnown: 'at-once' });
    const sha256 = await startServer(onTearDown, folder, { checksums: 'SHA256', checksumKnown: 'at-once' });

    const vc = vcenter({ server: late.url, credentials: user, fetch: nodeFetch({ thumbprint: late.thumbprint }) });
    const session = await lastValueFrom(createDownloadSession(vc, itemId));
    onTearDown(() => lastValueFrom(deleteDownloadSession(vc, session)));
    const { download_endpoint } = await lastValueFrom(prepareDownloadFile(vc, session, fileName));
    return { folder, file: join(folder, fileName), link: download_endpoint?.uri ?? '', late, sha1, sha256 };
  },
  beforeEach: ({ file }) => rm(file, { force: true }),
  cases: ({ folder, file, link, late, sha1, sha256 }) => {
    const runShell = (script: string) => measureProgram('/bin/sh', ['-c', script, late.cert, file, link]);
    const runCommand = ({ url, thumbprint }: typeof late) =>
      measureProgram(
        process.execPath,
        [command, 'export', 'bench/item', folder, '--force', '--thumbprint', thumbprint],
        commandEnv(url),
      );
    const downloadArgs = ({ url }: typeof late, options: object) =>
      downloadProgramArgs({ server: url, itemId, folder, credentials: user, force: true, ...options });
    const { thumbprint } = late;
    const cases = {
      curlOnly: { label: 'curl -o f', run: () => runShell('curl -s --fail --cacert "$0" -o "$1" "$2"') },
      curl: { label: 'curl -o f && openssl dgst -sha1 f', run: () => runShell(curlAndOpenssl('sha1')) },
      curlSha256: { label: 'curl -o f && openssl dgst -sha256 f', run: () => runShell(curlAndOpenssl('sha256')) },
      aria2: {
        label: 'aria2c -x1',
        run: () =>
          measureProgram(aria2c, [
            '-q',
            `--ca-certificate=${late.cert}`,
            '--file-allocation=none',
            '-d',
            folder,
            '-o',
            fileName,
            link,
          ]),
        ...(existsSync(aria2c) ? {} : { skipReason: `${aria2c} is not installed` }),
      },
      command: { label: 'content-library export, SHA1 stated after the last byte', run: () => runCommand(late) },
      commandSha1: { label: 'content-library export, SHA1 stated before', run: () => runCommand(sha1) },
      commandSha256: { label: 'content-library export, SHA256 stated before', run: () => runCommand(sha256) },
      nodeFetch: {
        label: 'download() over nodeFetch, SHA1 stated after the last byte',
        run: () => measureProgram(process.execPath, downloadArgs(late, { thumbprint })),
      },
      nodeFetchWithFlag: {
        label: 'the same, with --min-semi-space-size=8',
        run: () => measureProgram(process.execPath, downloadArgs(late, { thumbprint, setsYoungGeneration: true })),
      },
      fetch: {
        label: 'download() over fetch, SHA1 stated after the last byte',
        // `fetch` trusts the certificates in this file.
        run: () => measureProgram(process.execPath, downloadArgs(late, {}), { NODE_EXTRA_CA_CERTS: late.cert }),
      },
    } satisfies Record<string, Case<ProgramCost>>;
    return cases;
  },
  report: (rows, { curl }) => [
    table('1 GiB over TLS', rows, {
      'CPU s, median (min..max)': ({ samples }) => spread(cpu(samples), 2),
      'CPU ratio': ({ samples }) => ratio(cpu(samples), cpu(curl)).toFixed(2),
      'wall s, median (min..max)': ({ samples }) => spread(wall(samples), 2),
      'wall ratio': ({ samples }) => ratio(wall(samples), wall(curl)).toFixed(2),
      'peak memory MiB, median': ({ samples }) => memory(samples).toFixed(0),
    }),
  ],
  limits: ({ curl, command, nodeFetch, fetch }) => [
    atMost('content-library export, CPU ratio', ratio(cpu(command), cpu(curl)), MAX_CPU_RATIO),
    atMost('content-library export, wall ratio', ratio(wall(command), wall(curl)), MAX_WALL_RATIO),
    atMost('content-library export, peak memory MiB', memory(command), MAX_MEMORY),
    atMost('download() over nodeFetch, CPU ratio', ratio(cpu(nodeFetch), cpu(curl)), MAX_CPU_RATIO),
    atMost('download() over nodeFetch, wall ratio', ratio(wall(nodeFetch), wall(curl)), MAX_WALL_RATIO),
    atMost('download() over nodeFetch, peak memory MiB', memory(nodeFetch), MAX_MEMORY),
    atMost('download() over fetch, CPU ratio', ratio(cpu(fetch), cpu(curl)), MAX_FETCH_CPU_RATIO),
  ],
});
