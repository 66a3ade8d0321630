/** Runs OpenStack Swift with its S3 protocol: four servers and memcached, of Debian's packages, on 127.0.0.1, with one disk in a temporary directory. */

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';

/** A running Swift. */
export interface Swift {
  /** The address of its S3 protocol. */
  readonly url: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Returns the names of the objects of a container, by Swift's own protocol. */
  names(container: string): Promise<readonly string[]>;
  /** Ends the servers and removes their files. */
  stop(): Promise<void>;
}

const kinds = ['account', 'container', 'object'] as const;
const programs = [...['proxy', ...kinds].map((kind) => `/usr/bin/swift-${kind}-server`), '/usr/bin/memcached'];

/** Returns why Swift cannot run on this machine; `undefined` if it can. */
export const swiftMissing = (): string | undefined =>
  programs.every((program) => existsSync(program))
    ? undefined
    : 'Swift is not installed (Debian: swift-proxy swift-account swift-container swift-object memcached).';

/** Milliseconds. */
const START_TIMEOUT = 120_000;

/** Starts Swift (ten seconds). */
export const startSwift = async (): Promise<Swift> => {
  const directory = await mkdtemp(join(tmpdir(), 'swift-'));
  const children: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    for (const child of children) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await mkdir(join(directory, 'devices/disk'), { recursive: true });
    const cachePort = await freePort();
    const user = userInfo().username;
    children.push(
      spawn('/usr/bin/memcached', ['-l', '127.0.0.1', '-p', `${cachePort}`, '-u', user, '-m', '16'], { stdio: 'ignore' }),
    );
    const ports = { proxy: await freePort(), account: await freePort(), container: await freePort(), object: await freePort() };
    for (const kind of kinds) buildRing(directory, kind, ports[kind]);
    for (const kind of ['proxy', ...kinds] as const) {
      const file = join(directory, `${kind}.conf`);
      await writeFile(
        file,
        kind === 'proxy' ? proxyConfiguration(directory, ports.proxy, cachePort) : configuration(directory, kind, ports[kind]),
      );
      children.push(spawn(`/usr/bin/swift-${kind}-server`, [file], { stdio: 'ignore' }));
    }
    const url = `http://127.0.0.1:${ports.proxy}`;
    await responding(
      Object.values(ports).map((port) => `http://127.0.0.1:${port}/healthcheck`),
      children,
    );
    return {
      url,
      accessKeyId: 'test:tester',
      secretAccessKey: 'testing',
      names: async (container) => namesIn(url, container),
      stop,
    };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
};

const namesIn = async (url: string, container: string): Promise<readonly string[]> => {
  const login = await fetch(`${url}/auth/v1.0`, { headers: { 'x-auth-user': 'test:tester', 'x-auth-key': 'testing' } });
  const headers = { 'x-auth-token': login.headers.get('x-auth-token') ?? '' };
  const response = await fetch(`${login.headers.get('x-storage-url') ?? ''}/${encodeURIComponent(container)}`, { headers });
  if (!response.ok) throw new Error(`${container}: ${response.status}`);
  return (await response.text()).split('\n').filter((name) => name !== '');
};

/** Writes the file that states which server has which data: one server has all. */
const buildRing = (directory: string, kind: string, port: number): void => {
  const builder = join(directory, `${kind}.builder`);
  for (const args of [['create', '4', '1', '0'], ['add', `r1z1-127.0.0.1:${port}/disk`, '1'], ['rebalance']]) {
    const { status, stdout, stderr } = spawnSync('/usr/bin/swift-ring-builder', [builder, ...args], { encoding: 'utf8' });
    // 1 is a warning, such as that there is only one disk.
    if (status !== 0 && status !== 1) throw new Error(`swift-ring-builder ${args.join(' ')}: ${stdout}${stderr}`);
  }
};

const common = (directory: string, port: number): string => `[DEFAULT]
bind_ip = 127.0.0.1
bind_port = ${port}
user = ${userInfo().username}
swift_dir = ${directory}
devices = ${join(directory, 'devices')}
mount_check = false
workers = 0
log_level = ERROR
`;

const configuration = (directory: string, kind: string, port: number): string => `${common(directory, port)}
[pipeline:main]
pipeline = healthcheck ${kind}-server
[app:${kind}-server]
use = egg:swift#${kind}
[filter:healthcheck]
use = egg:swift#healthcheck
`;

const proxyConfiguration = (directory: string, port: number, cachePort: number): string => `${common(directory, port)}
[pipeline:main]
pipeline = catch_errors gatekeeper healthcheck cache listing_formats s3api tempauth bulk slo proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:healthcheck]
use = egg:swift#healthcheck
[filter:cache]
use = egg:swift#memcache
memcache_servers = 127.0.0.1:${cachePort}
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:bulk]
use = egg:swift#bulk
[filter:slo]
use = egg:swift#slo
`;

/** Fulfills when all addresses respond. */
const responding = async (urls: readonly string[], children: readonly ChildProcess[]): Promise<void> => {
  const end = Date.now() + START_TIMEOUT;
  for (const url of urls)
    while (
      !(await fetch(url).then(
        (response) => response.ok,
        () => false,
      ))
    ) {
      const ended = children.find(({ exitCode }) => exitCode !== null);
      if (ended !== undefined) throw new Error(`${ended.spawnargs.join(' ')} ended with ${ended.exitCode ?? ''}`);
      if (Date.now() > end) throw new Error(`${url} does not respond`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
};
