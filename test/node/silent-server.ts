/**
 * Downloads from servers that stop answering, each at another moment, all at once; leaves those that it is told to leave on its standard
 * input, a number a line. A program of its own, run by `stopping.test.ts`: one sees that it ends by itself.
 *
 * Its arguments are the servers: one to leave, and one to be given up, for each address.
 */

import { createInterface } from 'node:readline';
import type { Subscription } from 'rxjs';
import { download, withVCenter, type ContentLibraryError, type Sink } from 'rx-content-library';
import { nodeFetch, nodeHash } from 'rx-content-library/node';

/** What the program is told of one download. */
export interface Task {
  readonly server: string;
  readonly fetch: 'node' | 'platform';
  /** Milliseconds after which it gives up by itself; not set: it waits to be left. */
  readonly patience?: number;
}

const credentials = { username: 'administrator@vsphere.local', password: 'secret' };

const nowhere: Sink = {
  createHash: nodeHash,
  open: async () => ({ write: () => undefined, commit: async () => undefined, discard: async () => undefined }),
};

const end = (index: number, ended: string): void => console.log(JSON.stringify({ index, ended }));

const begin = ({ server, fetch, patience }: Task, index: number): Subscription => {
  const connection = {
    server,
    credentials,
    dialect: 'api',
    fetch: fetch === 'node' ? nodeFetch() : globalThis.fetch,
    ...(patience === undefined ? {} : { timeout: patience, retry: false as const }),
  } as const;
  const options = patience === undefined ? {} : { timeout: patience, fileRetry: false as const };
  return withVCenter(connection, (vc) => download(vc, 'item-1', nowhere, options)).subscribe({
    error: (error: ContentLibraryError) => end(index, error._tag),
    complete: () => end(index, 'whole'),
  });
};

const tasks = JSON.parse(process.argv[2] ?? '[]') as readonly Task[];
const subscriptions = tasks.map(begin);
createInterface({ input: process.stdin }).on('line', (line) => {
  subscriptions[Number(line)]?.unsubscribe();
  end(Number(line), 'left');
});
