import { lastValueFrom, toArray, type Observable } from 'rxjs';
import { vcenter, type Dialect, type Sink, type VCenter, type VCenterOptions } from 'rx-content-library';
import { nodeHash } from 'rx-content-library/node';
import { createSimulator, type Simulator, type SimulatorOptions } from 'rx-content-library/simulator';

export const user = { username: 'administrator@vsphere.local', password: 'correct horse' };

/** One item of three files in one library, under fixed identifiers. */
export const inventory = {
  libraries: [
    {
      name: 'templates',
      id: 'library-1',
      items: [
        {
          name: 'ubuntu',
          id: 'item-1',
          type: 'ovf',
          contentVersion: '7',
          files: [
            { name: 'ubuntu.ovf', content: '<Envelope/>' },
            { name: 'ubuntu disk #1.vmdk', size: 300_000 },
            { name: 'ubuntu.nvram', content: 'nvram' },
          ],
        },
      ],
    },
  ],
} as const;

export const quick = { requested: 0, preparing: 0 } as const;

/** A simulator and a connection to it, without a socket. */
export const simulated = (
  dialect: Dialect | 'auto' = 'auto',
  options: SimulatorOptions = {},
  connection: Partial<VCenterOptions> = {},
): { simulator: Simulator; vc: VCenter } => {
  const simulator = createSimulator({ inventory, users: [user], scenario: { preparation: quick }, ...options });
  const vc = vcenter({
    server: 'https://vcenter.example.com',
    credentials: user,
    dialect,
    fetch: simulator.fetch,
    ...connection,
  });
  return { simulator, vc };
};

/** What a stream emitted, and what it errored with. */
export const outcome = async <A>(stream: Observable<A>): Promise<{ values: readonly A[]; error?: unknown }> => {
  const values: A[] = [];
  return new Promise((resolve) => {
    stream.subscribe({
      next: (value) => values.push(value),
      error: (error: unknown) => resolve({ values, error }),
      complete: () => resolve({ values }),
    });
  });
};

export const all = <A>(stream: Observable<A>): Promise<readonly A[]> => lastValueFrom(stream.pipe(toArray()));

/** The operations that were asked for, in order. */
export const operations = ({ requests }: Simulator): readonly string[] => requests.map(({ operation }) => operation);

/** A sink in memory, which notes what happened to each file. */
export const toMemory = (): Sink & { readonly files: Map<string, Uint8Array>; readonly log: string[] } => {
  const files = new Map<string, Uint8Array>();
  const log: string[] = [];
  return {
    files,
    log,
    createHash: nodeHash,
    open: async ({ name }) => {
      log.push(`open ${name}`);
      const parts: Uint8Array[] = [];
      return {
        path: `/memory/${name}`,
        write: (bytes) => void parts.push(bytes),
        commit: async () => {
          log.push(`commit ${name}`);
          files.set(name, Buffer.concat(parts));
        },
        discard: async () => {
          log.push(`discard ${name}`);
        },
      };
    },
  };
};

/** A sink in memory that can start over, and knows which of its files were neither committed nor given up. */
export const toRestartableMemory = (): Sink & { readonly files: Map<string, Uint8Array>; readonly pending: Set<object> } => {
  const files = new Map<string, Uint8Array>();
  const pending = new Set<object>();
  return {
    files,
    pending,
    createHash: nodeHash,
    open: async ({ name }) => {
      let parts: Uint8Array[] = [];
      const file = {};
      pending.add(file);
      return {
        write: (bytes) => void parts.push(bytes),
        restart: async () => {
          parts = [];
        },
        commit: async () => {
          pending.delete(file);
          files.set(name, Buffer.concat(parts));
        },
        // It may come in the middle of a commit: then the file is whole, and stays.
        discard: async () => void pending.delete(file),
      };
    },
  };
};
