/** Where the exports of the page are kept: in the storage of the browser, or else in the memory of the page. */

import { SinkError, toBlob } from 'rx-content-library';
import type { SerializedExports } from '../../shared/export-list.ts';
import { createHash } from './hashes.ts';
import { toKeptFiles, type KeptSink } from './kept-files.ts';
import { readPreference, writePreference } from './preferences.ts';

/** Where exports are kept. */
export interface PageStorage {
  /** False: a reload of the page loses them. */
  readonly isKept: boolean;
  /** Returns the list that was written last. */
  readonly read: () => SerializedExports | undefined;
  readonly write: (list: SerializedExports) => void;
  /** Returns the sink of an export. */
  readonly sinkOf: (id: string) => KeptSink;
  /** Removes the files of all other exports. */
  readonly keepOnly: (ids: readonly string[]) => Promise<void>;
}

/** Bytes of one export that the memory of the page may keep. */
const MAX_IN_MEMORY = 1_000_000_000;

/** Milliseconds until another page with the same exports counts as open. A page that is reloaded ends in less. */
const LOCK_TIMEOUT = 2000;

/**
 * Opens the storage of the exports of one user. Only one page of the browser can have it: another one keeps its exports in memory, as does
 * a browser without storage, or one that opened the page over plain HTTP.
 */
export const openPageStorage = async (owner: string): Promise<PageStorage> => {
  const folder = await openFolder(encodeURIComponent(owner));
  return folder === undefined ? inMemory() : inBrowser(folder, `exports.${owner}`);
};

const openFolder = async (name: string): Promise<FileSystemDirectoryHandle | undefined> => {
  if (!('storage' in navigator) || !('locks' in navigator) || !('getDirectory' in navigator.storage)) return undefined;
  try {
    if (!(await lock(`content-library-dashboard ${name}`))) return undefined;
    const root = await navigator.storage.getDirectory();
    const exports = await root.getDirectoryHandle('content-library-exports', { create: true });
    return await exports.getDirectoryHandle(name, { create: true });
  } catch {
    // Private windows of some browsers refuse.
    return undefined;
  }
};

/** The browser releases the lock when the page ends. */
const lock = (name: string): Promise<boolean> =>
  new Promise((resolve) => {
    navigator.locks
      .request(name, { signal: AbortSignal.timeout(LOCK_TIMEOUT) }, () => {
        resolve(true);
        return new Promise<never>(() => undefined);
      })
      .catch(() => resolve(false));
  });

const inBrowser = (folder: FileSystemDirectoryHandle, key: string): PageStorage => {
  const sinks = new Map<string, KeptSink>();
  const removals = new Set<string>();
  return {
    isKept: true,
    read: () => {
      try {
        return (JSON.parse(readPreference(key) ?? 'null') as SerializedExports | null) ?? undefined;
      } catch {
        return undefined;
      }
    },
    write: (list) => writePreference(key, JSON.stringify(list)),
    sinkOf: (id) => {
      const sink = sinks.get(id) ?? toKeptFiles(() => folder.getDirectoryHandle(id, { create: true }));
      sinks.set(id, sink);
      return sink;
    },
    keepOnly: async (ids) => {
      for await (const [name] of folder.entries()) {
        if (ids.includes(name) || removals.has(name)) continue;
        removals.add(name);
        sinks.delete(name);
        await folder.removeEntry(name, { recursive: true }).catch(() => undefined);
        removals.delete(name);
      }
    },
  };
};

const inMemory = (): PageStorage => {
  const sinks = new Map<string, KeptSink>();
  return {
    isKept: false,
    read: () => undefined,
    write: () => undefined,
    sinkOf: (id) => {
      const sink = sinks.get(id) ?? toMemory();
      sinks.set(id, sink);
      return sink;
    },
    keepOnly: async (ids) => {
      for (const id of sinks.keys()) if (!ids.includes(id)) sinks.delete(id);
    },
  };
};

const toMemory = (): KeptSink => {
  const sink = toBlob({ createHash });
  return {
    ...sink,
    blob: async (name) => sink.blob(name),
    check: async (files) => {
      const size = files.reduce((sum, file) => sum + (file.size ?? 0), 0);
      if (size <= MAX_IN_MEMORY) return;
      const reason = `the files have ${size} bytes, and the memory of a page keeps ${MAX_IN_MEMORY} of an export. Choose some of the files, or start the dashboard with --directory.`;
      throw new SinkError({ path: files[0]?.name ?? 'export', code: 'ENOSPC', reason });
    },
  };
};
