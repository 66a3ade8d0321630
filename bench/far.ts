/**
 * Downloads from a far server: 40 ms there and back, 25 MB a second down each connection. Ten files, one large one, and two hundred small
 * ones, with one to eight lanes, by the command as it is published; beside curl, and aria2c where it is installed. Fails where a limit is
 * missed. `npm run bench:far`; a number after `--` is that of the rounds.
 */

import { execFile, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createDownloadSession, deleteDownloadSession, logout, prepareDownloadFile, vcenter } from 'rx-content-library';
import { nodeFetch, nodeHash, createSelfSignedCertificate, serve } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { lastValueFrom } from 'rxjs';
import { proxy } from './far/proxy.ts';
import { machine, medianOf, spread, within } from './transfer/cost.ts';

const way = { roundTrip: 40, rate: 25e6 };
const rounds = Number(process.argv[2] ?? 3);
const limits = { lanes: 0.25, requests: 406 };

const root = join(import.meta.dirname, '..');
const user = { username: 'administrator@vsphere.local', password: 'secret' };

const names = (count: number, end: string): string[] => Array.from({ length: count }, (_, index) => `${index}.${end}`);
/** Each item with the names of its files, and the bytes of each. */
const items = {
  ten: { names: names(10, 'vmdk'), size: 40e6 },
  large: { names: ['disk.vmdk'], size: 400e6 },
  small: { names: names(200, 'txt'), size: 10e3 },
} as const;
type ItemName = keyof typeof items;

interface Server {
  readonly port: number;
  readonly cert: string;
  readonly thumbprint: string;
}

/** In a process of its own. */
const serveSimulator = async (): Promise<void> => {
  const tls = createSelfSignedCertificate();
  const simulator = createSimulator({
    createHash: nodeHash,
    users: [user],
    scenario: { preparation: { requested: 0, preparing: 0, checksumKnown: 'at-once' }, checksums: 'SHA256' },
    inventory: {
      libraries: [
        {
          name: 'far',
          items: Object.entries(items).map(([name, item]) => ({
            id: name,
            name,
            files: item.names.map((file) => ({ name: file, size: item.size })),
          })),
        },
      ],
    },
  });
  const { url } = await serve(simulator.fetch, { tls });
  let counts: Record<string, number> = {};
  simulator.requests$.subscribe(({ operation }) => {
    counts[operation] = (counts[operation] ?? 0) + 1;
  });
  // Asked how many requests of each kind there were since it was asked before, and how long it has worked.
  process.on('message', () => {
    process.send?.({ counts, cpu: process.cpuUsage() });
    counts = {};
  });
  process.send?.({ port: Number(new URL(url).port), cert: tls.cert, thumbprint: tls.thumbprint } satisfies Server);
};

/** In another one, so that no work of the server's or the client's delays what is on its way. */
const serveProxy = async (target: number): Promise<void> => {
  const port = await proxy(target, way);
  process.on('message', () => process.send?.({ counts: {}, cpu: process.cpuUsage() }));
  process.send?.(port);
};

interface Asked {
  readonly counts: Readonly<Record<string, number>>;
  readonly cpu: NodeJS.CpuUsage;
}

const ask = async (server: ChildProcess): Promise<Asked> => {
  server.send('');
  const [asked] = (await once(server, 'message')) as [Asked];
  return asked;
};

/** As an application does it that knows the item's identifier: nothing is looked up by name. */
const application = `
import { download, withVCenter } from 'rx-content-library';
import { nodeFetch, toDirectory } from 'rx-content-library/node';
const [server, folder, thumbprint, item, concurrency, credentials] = process.argv.slice(1);
withVCenter({ server, credentials: JSON.parse(credentials), fetch: nodeFetch({ thumbprint }) }, (vc) =>
  download(vc, item, toDirectory(folder), { concurrency: Number(concurrency) }),
).subscribe();
`;

interface Row {
  readonly item: ItemName;
  readonly what: string;
  readonly run: () => Promise<unknown>;
}

interface Found {
  /** Seconds. */
  readonly wall: number;
  readonly counts: Readonly<Record<string, number>>;
  /** Seconds that the server and the proxy have worked meanwhile: with as many as the wall's they would be what limits. */
  readonly busy: readonly [server: number, proxy: number];
}

const program = promisify(execFile);
const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((all, count) => all + count, 0);
const seconds = (after: NodeJS.CpuUsage, before: NodeJS.CpuUsage): number =>
  (after.user + after.system - before.user - before.system) / 1e6;

const measure = async (): Promise<void> => {
  if (!existsSync('/usr/bin/curl')) throw new Error('/usr/bin/curl is missing: install the package "curl".');
  const hasAria = existsSync('/usr/bin/aria2c');
  // The disk's own speed is not what is measured.
  const folder = await mkdtemp(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rx-content-library-'));
  const simulated = fork(import.meta.filename, ['serve']);
  const [{ port: target, cert: pem, thumbprint }] = (await once(simulated, 'message')) as [Server];
  const between = fork(import.meta.filename, ['proxy', String(target)]);
  const [port] = (await once(between, 'message')) as [number];
  try {
    const url = `https://127.0.0.1:${port}`;
    const cert = join(folder, 'cert.pem');
    await writeFile(cert, pem);
    const out = join(folder, 'out');
    const connection = { VCENTER_URL: url, VCENTER_USERNAME: user.username, VCENTER_PASSWORD: user.password };

    const exported = (item: ItemName, lanes: number): Row => ({
      item,
      what: `content-library export --concurrency ${lanes}`,
      run: () =>
        program(
          process.execPath,
          [join(root, 'dist/cli/main.js'), 'export', `far/${item}`, out, '--concurrency', `${lanes}`, '--thumbprint', thumbprint],
          { env: { ...process.env, ...connection } },
        ),
    });
    const downloaded = (item: ItemName, lanes: number): Row => ({
      item,
      what: `download(), concurrency ${lanes}`,
      run: () =>
        program(
          process.execPath,
          ['--input-type=module', '--eval', application, url, out, thumbprint, item, `${lanes}`, JSON.stringify(user)],
          { cwd: root },
        ),
    });
    /** A program that knows nothing of vCenter and is given the links: opening and closing the session is not counted. */
    const linked = (item: ItemName, what: string, run: (links: readonly string[]) => Promise<unknown>): Row => ({
      item,
      what,
      run: () => Promise.resolve(run(links.get(item) ?? [])),
    });
    const curl = (all: readonly string[]): Promise<unknown> =>
      program('/usr/bin/curl', [
        ...['-s', '--fail', '--cacert', cert, '--parallel', '--parallel-max', '8'],
        ...all.flatMap((link) => ['-o', join(out, decodeURIComponent(new URL(link).pathname.split('/').at(-1) ?? '')), link]),
      ]);
    const aria = (ranges: number) => (all: readonly string[]) =>
      program('/usr/bin/aria2c', [
        ...['-q', '--check-certificate=false', '--file-allocation=none', '-k', '1M', `-x${ranges}`, `-s${ranges}`],
        ...['-d', out, '-o', items.large.names[0], all[0] ?? ''],
      ]);

    const rows: readonly Row[] = [
      ...[1, 2, 4, 8].map((lanes) => exported('ten', lanes)),
      linked('ten', 'curl --parallel-max 8, of prepared files', curl),
      ...[1, 2, 4, 8].map((lanes) => exported('large', lanes)),
      linked('large', 'curl, of a prepared file', curl),
      ...(hasAria ? [4, 8].map((ranges) => linked('large', `aria2c -x${ranges}, of a prepared file`, aria(ranges))) : []),
      exported('small', 8),
      downloaded('small', 8),
    ];

    const links = new Map<ItemName, readonly string[]>();
    /** Straight to the server: this is not measured. */
    const near = { server: `https://127.0.0.1:${target}`, credentials: user, fetch: nodeFetch({ thumbprint }) };
    const found = new Map(rows.map((row) => [row, [] as Found[]]));
    // On a machine that does something else besides, eight lanes wait for a processor, and not for the server.
    const busyWith = loadavg()[0] ?? NaN;
    for (let round = 0; round < rounds; round += 1) {
      for (const row of rows) {
        await rm(out, { recursive: true, force: true });
        await mkdir(out);
        const vc = vcenter(near);
        const session = row.what.includes('prepared') ? await lastValueFrom(createDownloadSession(vc, row.item)) : undefined;
        if (session !== undefined) {
          const all: string[] = [];
          for (const file of items[row.item].names) {
            const { download_endpoint } = await lastValueFrom(prepareDownloadFile(vc, session, file));
            all.push((download_endpoint?.uri ?? '').replace(near.server, url));
          }
          links.set(row.item, all);
        }
        const before = [await ask(simulated), await ask(between)] as const;
        const started = performance.now();
        await row.run();
        const wall = (performance.now() - started) / 1000;
        const after = [await ask(simulated), await ask(between)] as const;
        const busy = [seconds(after[0].cpu, before[0].cpu), seconds(after[1].cpu, before[1].cpu)] as const;
        if (session !== undefined) {
          await lastValueFrom(deleteDownloadSession(vc, session));
          await lastValueFrom(logout(vc));
        }
        await check(out, row.item);
        found.get(row)?.push({ wall, counts: after[0].counts, busy });
      }
    }
    console.log(`Before it began, the machine was busy with ${busyWith.toFixed(1)} other processes.`);
    report(found, hasAria);
  } finally {
    simulated.kill();
    between.kill();
    await rm(folder, { recursive: true, force: true });
  }
};

/** A program that had left something out would be fast. */
const check = async (out: string, item: ItemName): Promise<void> => {
  const { names: expected, size } = items[item];
  const there = await readdir(out);
  const sizes = await Promise.all(there.map(async (name) => (await stat(join(out, name))).size));
  if (there.length !== expected.length || sizes.some((found) => found !== size))
    throw new Error(
      `${expected.length} files of ${size} bytes were expected, and there are ${there.length} of ${sizes.join(', ')}.`,
    );
};

const titles: Readonly<Record<ItemName, string>> = {
  ten: 'ten files of 40 MB',
  large: 'one file of 400 MB',
  small: 'two hundred files of 10 KB',
};

const report = (found: ReadonlyMap<Row, readonly Found[]>, hasAria: boolean): void => {
  console.log(machine());
  console.log(
    `${rounds} rounds in turn; medians (min..max). ${way.roundTrip} ms there and back, ${way.rate / 1e6} MB/s a connection, TLS.`,
  );
  console.log(hasAria ? '' : 'aria2c is not installed: it is left out.\n');
  const wallOf = (item: ItemName, what: string): number =>
    medianOf([...found].flatMap(([row, all]) => (row.item === item && row.what === what ? all.map(({ wall }) => wall) : [])));
  const inOneLane = (item: ItemName): number => wallOf(item, 'content-library export --concurrency 1');
  for (const item of Object.keys(items) as ItemName[]) {
    console.log(
      `| ${titles[item]} | wall s | to one lane | requests | CPU s of the server, of the proxy |\n|---|---|---|---|---|`,
    );
    for (const [row, all] of found) {
      if (row.item !== item) continue;
      const walls = all.map(({ wall }) => wall);
      const ratio = medianOf(walls) / inOneLane(item);
      const requests = row.what.includes('prepared') ? '' : medianOf(all.map(({ counts }) => sum(counts)));
      const busy = [0, 1].map((index) => medianOf(all.map((each) => each.busy[index] ?? NaN)).toFixed(2)).join(', ');
      console.log(
        `| ${row.what} | ${spread(walls, 2)} | ${Number.isNaN(ratio) ? '' : ratio.toFixed(2)} | ${requests} | ${busy} |`,
      );
    }
    console.log();
  }

  const isCounted = ({ item, what }: Row): boolean => item === 'small' && what.startsWith('download()');
  const [counted] = [...found].filter(([row]) => isCounted(row));
  const counts = counted?.[1][0]?.counts ?? {};
  console.log(`| requests for ${titles.small}, by ${counted?.[0].what ?? ''} | |\n|---|---|`);
  for (const [operation, count] of Object.entries(counts)) console.log(`| ${operation} | ${count} |`);
  console.log();

  within(
    'ten files in eight lanes, to one lane',
    wallOf('ten', 'content-library export --concurrency 8') / inOneLane('ten'),
    limits.lanes,
  );
  // What the minimum was counted with had no logout.
  within('requests for two hundred files, up to the logout', sum(counts) - (counts['cis.Session.delete'] ?? 0), limits.requests);
};

if (process.argv[2] === 'serve') await serveSimulator();
else if (process.argv[2] === 'proxy') await serveProxy(Number(process.argv[3]));
else await measure();
