/** Servers in child processes, so that the work of the server is not counted as the client's. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { InventoryItem, Scenario } from 'rx-content-library/simulator';
import type { OnTearDown } from './bench.ts';

/** The login that the simulators of the benches accept. */
export const user = { username: 'administrator@vsphere.local', password: 'secret' };

/** Returns the environment variables that the command reads. */
export const commandEnv = (url: string): Readonly<Record<string, string>> => ({
  VCENTER_URL: url,
  VCENTER_USERNAME: user.username,
  VCENTER_PASSWORD: user.password,
});

/** What a server process has used. */
export interface Usage {
  /** Seconds of CPU time since the process started. */
  readonly cpu: number;
  /** Requests by operation since the previous reading; empty if the server does not count them. */
  readonly requests: Readonly<Record<string, number>>;
}

/** A running server process. */
export interface ServerProcess<Address> {
  readonly address: Address;
  readonly readUsage: () => Promise<Usage>;
}

/** Starts a server process, and waits until it listens. */
export const startServer = async <Address>(
  onTearDown: OnTearDown,
  file: string,
  options: unknown = {},
): Promise<ServerProcess<Address>> => {
  const child = fork(file, [JSON.stringify(options)]);
  const exit = once(child, 'exit');
  onTearDown(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  const nextMessage = async (): Promise<unknown> => {
    const [message] = (await Promise.race([
      once(child, 'message'),
      exit.then(([code]) => Promise.reject(new Error(`${file} exited with code ${String(code)}.`))),
    ])) as [unknown];
    return message;
  };
  const address = (await nextMessage()) as Address;
  return {
    address,
    readUsage: async () => {
      child.send('usage');
      return (await nextMessage()) as Usage;
    },
  };
};

/** How a simulator process is set up. */
export interface SimulatorProcessOptions {
  /** The items of its only library, `bench`. */
  readonly items: readonly InventoryItem[];
  readonly scenario?: Scenario;
  /** True if it serves over HTTPS, with a certificate of its own. @default false */
  readonly isTls?: boolean;
  /** True if the readings of its usage have the requests by operation. @default false */
  readonly countsRequests?: boolean;
}

/** Where a simulator process listens. */
export interface SimulatorAddress {
  readonly url: string;
  /** The certificate as PEM; empty over HTTP. */
  readonly cert: string;
  readonly thumbprint: string;
}

/** Starts a simulator. */
export const startSimulator = (
  onTearDown: OnTearDown,
  options: SimulatorProcessOptions,
): Promise<ServerProcess<SimulatorAddress>> =>
  startServer(onTearDown, join(import.meta.dirname, 'simulator-process.ts'), options);

/** What a server process listens with. */
export interface Listening<Address> {
  readonly address: Address;
  /** Returns the requests by operation since the previous call. */
  readonly takeRequestCounts?: () => Readonly<Record<string, number>>;
}

/** Starts to listen. */
export type Listen<Address, Options> = (options: Options) => Promise<Listening<Address>>;

/** Called by the file that {@link startServer} starts. The process exits with its parent. */
export const serveInChild = async <Address, Options = unknown>(listen: Listen<Address, Options>): Promise<void> => {
  process.on('disconnect', () => process.exit());
  const { address, takeRequestCounts = () => ({}) } = await listen(JSON.parse(process.argv[2] ?? '{}') as Options);
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpu: (user + system) / 1e6, requests: takeRequestCounts() } satisfies Usage);
  });
  process.send?.(address);
};
