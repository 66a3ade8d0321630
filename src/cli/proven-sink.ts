/** A sink that takes only what something proves. */

import type { Sink } from '../index.ts';
import { CommandError } from './command-error.ts';
import { shown } from './words.ts';

/** What is said of a file that nothing proves. */
export const unproven = (file: string): string =>
  `${shown(file)}: vCenter stated neither a length nor a checksum, so nothing proves that it is whole.`;

/** Refuses before the file has its name, so that what stood there before stays. */
export const onlyProven = (sink: Sink): Sink => ({
  ...sink,
  open: async (incoming) => {
    const file = await sink.open(incoming);
    return {
      ...(file.path === undefined ? {} : { path: file.path }),
      write: (bytes) => file.write(bytes),
      discard: () => file.discard(),
      commit: async (proof) => {
        if (proof.verified === 'none') throw new CommandError('UnprovenError', 6, unproven(incoming.name));
        await file.commit(proof);
      },
    };
  },
});
