import type { Sink } from 'rx-content-library';
import { nodeHash } from 'rx-content-library/node';

/** A sink in memory that logs the calls for each file. */
export const memorySink = (): Sink & { readonly files: Map<string, Uint8Array>; readonly log: string[] } => {
  const files = new Map<string, Uint8Array>();
  const log: string[] = [];
  return {
    files,
    log,
    createHash: nodeHash,
    open: async ({ name }) => {
      log.push(`open ${name}`);
      const chunks: Uint8Array[] = [];
      return {
        path: `/memory/${name}`,
        write: (bytes) => void chunks.push(bytes),
        commit: async () => {
          log.push(`commit ${name}`);
          files.set(name, Buffer.concat(chunks));
        },
        discard: async () => {
          log.push(`discard ${name}`);
        },
      };
    },
  };
};

/** A sink in memory that supports `restart`; `pending` holds the files that were neither committed nor discarded. */
export const restartableMemorySink = (): Sink & { readonly files: Map<string, Uint8Array>; readonly pending: Set<object> } => {
  const files = new Map<string, Uint8Array>();
  const pending = new Set<object>();
  return {
    files,
    pending,
    createHash: nodeHash,
    open: async ({ name }) => {
      let chunks: Uint8Array[] = [];
      const file = {};
      pending.add(file);
      return {
        write: (bytes) => void chunks.push(bytes),
        restart: async () => {
          chunks = [];
        },
        commit: async () => {
          pending.delete(file);
          files.set(name, Buffer.concat(chunks));
        },
        // May be called during a commit: the file is complete by then and stays.
        discard: async () => void pending.delete(file),
      };
    },
  };
};
