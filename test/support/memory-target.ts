import type { ItemManifest, MirroredItem, MirrorTarget } from 'rx-content-library';
import { restartableMemorySink } from './memory-sink.ts';

/** A mirror target in memory; `items` holds the published items by place, and `log` the calls. */
export const memoryTarget = (): MirrorTarget & {
  readonly items: Map<string, { readonly manifest: ItemManifest; readonly files: ReadonlyMap<string, Uint8Array> }>;
  readonly log: string[];
} => {
  const items = new Map<string, { readonly manifest: ItemManifest; readonly files: ReadonlyMap<string, Uint8Array> }>();
  const log: string[] = [];
  return {
    items,
    log,
    list: async ({ libraryId }) =>
      [...items]
        .filter(([, { manifest }]) => manifest.libraryId === libraryId)
        .map(([place, { manifest }]): MirroredItem => ({ place, manifest })),
    open: async ({ place, contentVersion, replaces }) => {
      log.push(`open ${place}@${contentVersion}`);
      const sink = restartableMemorySink();
      return {
        sink,
        publish: async (manifest) => {
          log.push(`publish ${place}@${contentVersion}`);
          if (replaces !== undefined) items.delete(replaces.place);
          items.set(place, { manifest, files: sink.files });
        },
        suspend: async () => void log.push(`suspend ${place}@${contentVersion}`),
        discard: async () => void log.push(`discard ${place}@${contentVersion}`),
      };
    },
    move: async (_library, { place, manifest }, to) => {
      log.push(`move ${place} → ${to}`);
      items.delete(place);
      items.set(to, { manifest, files: new Map() });
    },
    remove: async (_library, { place }) => {
      log.push(`remove ${place}`);
      items.delete(place);
    },
  };
};
