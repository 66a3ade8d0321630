/** A target that states when what was opened is closed again. */

import type { ItemWriter, MirrorTarget } from '../index.ts';

/** A target, and when its writers are closed. */
export interface TrackedTarget {
  readonly target: MirrorTarget;
  /** Fulfills when no writer is open: each was published, suspended or discarded. Never rejects. */
  readonly closed: () => Promise<void>;
}

/** Wraps a target, so that an item that was suspended is not opened again before the target is done with it. */
export const trackTarget = (original: MirrorTarget): TrackedTarget => {
  const pending = new Set<Promise<unknown>>();
  const open: MirrorTarget['open'] = async (version) => {
    const { promise: closed, resolve: close } = Promise.withResolvers<undefined>();
    pending.add(closed);
    try {
      return trackWriter(await original.open(version), () => close(undefined));
    } catch (thrown) {
      close(undefined);
      throw thrown;
    }
  };
  return {
    target: {
      list: async (library) => original.list(library),
      open,
      remove: async (library, item) => original.remove(library, item),
    },
    closed: async () => void (await Promise.all(pending)),
  };
};

const trackWriter = (writer: ItemWriter, close: () => void): ItemWriter => ({
  sink: writer.sink,
  publish: async (manifest) => {
    await writer.publish(manifest);
    close();
  },
  ...(writer.suspend === undefined ? {} : { suspend: async () => Promise.resolve(writer.suspend?.()).finally(close) }),
  discard: async () => writer.discard().finally(close),
});
