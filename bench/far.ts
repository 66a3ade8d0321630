/**
 * Wall time and requests of downloads from a far server: 40 ms for a round trip, 25 MB/s for each connection. Ten files, one large file,
 * and 200 small files; and the small files from a near server. The command has its defaults. Compared with a program that does with govmomi
 * what govc library.export does, with curl, and with aria2c.
 */

import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDownloadSession, deleteDownloadSession, logout, prepareDownloadFile, vcenter } from 'rx-content-library';
import { nodeFetch } from 'rx-content-library/node';
import { lastValueFrom } from 'rxjs';
import { goProgram } from '../test/support/go-program.ts';
import type { SlowNetworkOptions } from './far/slow-network.ts';
import { bench, type Case, type CaseRow, type OnTearDown } from './support/bench.ts';
import { command, createTemporaryFolder, downloadProgramArgs, requirePrograms, runProgram } from './support/program.ts';
import { atMost, table } from './support/report.ts';
import { commandEnv, startServer, startSimulator, user } from './support/server.ts';
import { median, ratio, spread } from './support/statistics.ts';

/** Milliseconds. */
const ROUND_TRIP = 40;
/** Bytes a second, for each connection. */
const RATE = 25e6;
/** Wall times of the command, compared with govmomi's. */
const MAX_WALL_RATIOS = { ten: 0.22, large: 0.16, small: 0.11, near: 1.3 };
/** Wall time of the command for the large file, compared with aria2c. */
const MAX_ARIA2_RATIO = 1.05;
/** Wall time of the command, compared with two connections. */
const MAX_DEFAULT_RATIO = 1;
/** Requests for 200 files, without the logout. */
const MAX_REQUESTS = 406;

interface Item {
  readonly id: string;
  readonly title: string;
  readonly fileNames: readonly string[];
  /** Bytes of each file. */
  readonly size: number;
}

const createNames = (count: number, extension: string): string[] =>
  Array.from({ length: count }, (_, index) => `${index}.${extension}`);
const ten: Item = { id: 'ten', title: 'ten files of 40 MB', fileNames: createNames(10, 'vmdk'), size: 40e6 };
const large: Item = { id: 'large', title: 'one file of 1 GiB', fileNames: ['disk.vmdk'], size: 1024 ** 3 };
const small: Item = { id: 'small', title: '200 files of 10 KB', fileNames: createNames(200, 'txt'), size: 10e3 };

const govmomi = goProgram('../bench/govmomi-export', 'vapi/library');

interface Sample {
  readonly item: Item;
  /** True if the server is near. */
  readonly isNear: boolean;
  /** Seconds. */
  readonly wall: number;
  /** By operation. */
  readonly requests: Readonly<Record<string, number>>;
  /** Seconds of CPU time. Near the wall time, the server or the proxy would be what is measured. */
  readonly serverCpu: number;
  readonly proxyCpu: number;
}

const walls = (samples: readonly Sample[]): readonly number[] => samples.map(({ wall }) => wall);
const countRequests = ({ requests }: Sample): number => Object.values(requests).reduce((sum, count) => sum + count, 0);

/** A program that leaves files out would be fast. */
const assertComplete = async (folder: string, { fileNames, size }: Item): Promise<void> => {
  const names = await readdir(folder);
  const sizes = await Promise.all(names.map(async (name) => (await stat(join(folder, name))).size));
  if (sizes.length !== fileNames.length || sizes.some((actual) => actual !== size))
    throw new Error(
      `Expected ${fileNames.length} files of ${size} bytes, found ${sizes.length} files of ${sizes.join(', ')} bytes.`,
    );
};

const setUp = async (onTearDown: OnTearDown) => {
  requirePrograms('/usr/bin/curl');
  const folder = await createTemporaryFolder(onTearDown, 'memory');
  const simulator = await startSimulator(onTearDown, {
    isTls: true,
    countsRequests: true,
    scenario: { preparation: { requested: 0, preparing: 0, checksumKnown: 'at-once' }, checksums: 'SHA256' },
    items: [ten, large, small].map(({ id, fileNames, size }) => ({
      id,
      name: id,
      files: fileNames.map((name) => ({ name, size })),
    })),
  });
  const { url: nearUrl, cert } = simulator.address;
  const options: SlowNetworkOptions = { targetPort: Number(new URL(nearUrl).port), roundTrip: ROUND_TRIP, rate: RATE };
  const proxy = await startServer<number>(onTearDown, join(import.meta.dirname, 'far/slow-network.ts'), options);
  const certFile = join(folder, 'cert.pem');
  await writeFile(certFile, cert);
  return { simulator, proxy, url: `https://127.0.0.1:${proxy.address}`, certFile, out: join(folder, 'out') };
};

/** The cases of each item; the links of prepared files are for programs that do not know vCenter. */
const createCases = ({ simulator, proxy, url, certFile, out }: Awaited<ReturnType<typeof setUp>>) => {
  const { url: nearUrl, thumbprint } = simulator.address;

  const measure = async (item: Item, run: () => Promise<unknown>, isNear = false): Promise<Sample> => {
    await rm(out, { recursive: true, force: true });
    await mkdir(out);
    const [serverBefore, proxyBefore] = [await simulator.readUsage(), await proxy.readUsage()];
    const started = performance.now();
    await run();
    const wall = (performance.now() - started) / 1000;
    const [server, { cpu }] = [await simulator.readUsage(), await proxy.readUsage()];
    await assertComplete(out, item);
    return {
      item,
      isNear,
      wall,
      requests: server.requests,
      serverCpu: server.cpu - serverBefore.cpu,
      proxyCpu: cpu - proxyBefore.cpu,
    };
  };

  const runCommand = (
    item: Item,
    { concurrency, isNear = false }: { concurrency?: number; isNear?: boolean } = {},
  ): Case<Sample> => ({
    label: `content-library export${concurrency === undefined ? '' : ` --concurrency ${concurrency}`}`,
    run: () => {
      const options = [...(concurrency === undefined ? [] : ['--concurrency', `${concurrency}`]), '--thumbprint', thumbprint];
      const args = [command, 'export', `bench/${item.id}`, out, ...options];
      return measure(item, () => runProgram(process.execPath, args, commandEnv(isNear ? nearUrl : url)), isNear);
    },
  });

  const missing = govmomi.missing();
  /** One file after the other; verifies nothing. */
  const runGovmomi = (item: Item, isNear = false): Case<Sample> => ({
    label: 'govmomi, as govc library.export',
    run: async () => {
      const program = await govmomi.build();
      const env = {
        GOVC_URL: isNear ? nearUrl : url,
        GOVC_USERNAME: user.username,
        GOVC_PASSWORD: user.password,
        GOVC_THUMBPRINT: thumbprint,
      };
      return measure(item, () => runProgram(program, [`bench/${item.id}`, out], env), isNear);
    },
    ...(missing === undefined ? {} : { skipReason: missing }),
  });

  /** Starts from the item's identifier: the program looks up no names. */
  const runDownload = (item: Item): Case<Sample> => ({
    label: 'download()',
    run: () => {
      const args = downloadProgramArgs({ server: url, folder: out, itemId: item.id, credentials: user, thumbprint });
      return measure(item, () => runProgram(process.execPath, args));
    },
  });

  /** Prepares the files without the proxy; opening and closing the session is not measured. */
  const runWithLinks = async (item: Item, run: (links: readonly string[]) => Promise<unknown>): Promise<Sample> => {
    const vc = vcenter({ server: nearUrl, credentials: user, fetch: nodeFetch({ thumbprint }) });
    const session = await lastValueFrom(createDownloadSession(vc, item.id));
    const links: string[] = [];
    for (const name of item.fileNames) {
      const { download_endpoint } = await lastValueFrom(prepareDownloadFile(vc, session, name));
      links.push((download_endpoint?.uri ?? '').replace(nearUrl, url));
    }
    const sample = await measure(item, () => run(links));
    await lastValueFrom(deleteDownloadSession(vc, session));
    await lastValueFrom(logout(vc));
    return sample;
  };

  const runCurl = (item: Item): Case<Sample> => ({
    label: 'curl --parallel-max 8, of prepared files',
    run: () =>
      runWithLinks(item, (links) =>
        runProgram('/usr/bin/curl', [
          ...['-s', '--fail', '--cacert', certFile, '--parallel', '--parallel-max', '8'],
          ...links.flatMap((link, index) => ['-o', join(out, item.fileNames[index] ?? ''), link]),
        ]),
      ),
  });

  const aria2c = '/usr/bin/aria2c';
  const runAria2c = (item: Item, connections: number): Case<Sample> => ({
    label: `aria2c -x${connections}, of a prepared file`,
    run: () =>
      runWithLinks(item, ([link = '']) =>
        runProgram(aria2c, [
          ...['-q', '--check-certificate=false', '--file-allocation=none', '-k', '1M', `-x${connections}`, `-s${connections}`],
          ...['-d', out, '-o', item.fileNames[0] ?? '', link],
        ]),
      ),
    ...(existsSync(aria2c) ? {} : { skipReason: `${aria2c} is not installed` }),
  });

  return {
    tenGovmomi: runGovmomi(ten),
    ten: runCommand(ten),
    ten2: runCommand(ten, { concurrency: 2 }),
    tenCurl: runCurl(ten),
    largeGovmomi: runGovmomi(large),
    large: runCommand(large),
    large2: runCommand(large, { concurrency: 2 }),
    largeAria8: runAria2c(large, 8),
    smallGovmomi: runGovmomi(small),
    small: runCommand(small),
    small2: runCommand(small, { concurrency: 2 }),
    smallDownload: runDownload(small),
    nearGovmomi: runGovmomi(small, true),
    near: runCommand(small, { isNear: true }),
    near2: runCommand(small, { isNear: true, concurrency: 2 }),
  };
};

const itemTable = (
  title: string,
  rows: readonly CaseRow<string, Sample>[],
  isShown: (sample: Sample) => boolean,
  reference: readonly Sample[],
): string =>
  table(
    title,
    rows.filter(({ samples: [sample] }) => sample !== undefined && isShown(sample)),
    {
      'wall s, median (min..max)': ({ samples }) => spread(walls(samples), 2),
      'wall to govmomi': ({ samples }) => ratio(walls(samples), walls(reference)).toFixed(2),
      requests: ({ samples }) => median(samples.map(countRequests)),
      'CPU s of the server': ({ samples }) => median(samples.map(({ serverCpu }) => serverCpu)).toFixed(2),
      'CPU s of the proxy': ({ samples }) => median(samples.map(({ proxyCpu }) => proxyCpu)).toFixed(2),
    },
  );

export default bench({
  title: `Downloads over TLS from a server ${ROUND_TRIP} ms away, with ${RATE / 1e6} MB/s for each connection, and from a near one`,
  details:
    'curl and aria2c download links of prepared files: preparing them is not measured. Only the command verifies checksums.',
  rounds: 3,
  setUp,
  cases: createCases,
  report: (rows, { tenGovmomi, largeGovmomi, smallGovmomi, nearGovmomi, smallDownload: [firstSmall] }) => [
    itemTable(`far: ${ten.title}`, rows, ({ item }) => item === ten, tenGovmomi),
    itemTable(`far: ${large.title}`, rows, ({ item }) => item === large, largeGovmomi),
    itemTable(`far: ${small.title}`, rows, ({ item, isNear }) => item === small && !isNear, smallGovmomi),
    itemTable(`near: ${small.title}`, rows, ({ isNear }) => isNear, nearGovmomi),
    table(
      `requests of download(), ${small.title}`,
      Object.entries(firstSmall?.requests ?? {}).map(([label, requests]) => ({ label, requests })),
      { requests: ({ requests }) => requests },
    ),
  ],
  limits: (samples) => {
    const [first] = samples.smallDownload;
    const logouts = first?.requests['cis.Session.delete'] ?? 0;
    const wallRatio = (name: keyof typeof samples, reference: keyof typeof samples): number =>
      ratio(walls(samples[name]), walls(samples[reference]));
    return [
      atMost(`far: ${ten.title}, wall time to govmomi`, wallRatio('ten', 'tenGovmomi'), MAX_WALL_RATIOS.ten),
      atMost(`far: ${large.title}, wall time to govmomi`, wallRatio('large', 'largeGovmomi'), MAX_WALL_RATIOS.large),
      atMost(`far: ${small.title}, wall time to govmomi`, wallRatio('small', 'smallGovmomi'), MAX_WALL_RATIOS.small),
      atMost(`near: ${small.title}, wall time to govmomi`, wallRatio('near', 'nearGovmomi'), MAX_WALL_RATIOS.near),
      atMost(`far: ${large.title}, wall time to aria2c -x8`, wallRatio('large', 'largeAria8'), MAX_ARIA2_RATIO),
      ...(['ten', 'large', 'small', 'near'] as const).map((name) =>
        atMost(`${name}: wall time to two connections`, wallRatio(name, `${name}2`), MAX_DEFAULT_RATIO),
      ),
      atMost(
        `download() of ${small.title}, requests without the logout`,
        first === undefined ? NaN : countRequests(first) - logouts,
        MAX_REQUESTS,
      ),
    ];
  },
});
