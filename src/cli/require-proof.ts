/** A sink that takes only what something proves. */

import type { Sink, SinkFile } from '../index.ts';
import { CommandError } from './command-error.ts';
import { sanitize } from './format.ts';

/** What is said of a file that nothing proves. */
export const unproven = (file: string): string =>
  `${sanitize(file)}: vCenter stated neither a length nor a checksum, so nothing proves that it is whole.`;

/** Refuses before the file has its name, so that what stood there before stays. */
export const requireProof = (sink: Sink): Sink => ({
  ...sink,
  open: async (incoming) => {
    const file = await sink.open(incoming);
    const commit: SinkFile['commit'] = async (proof) => {
      if (proof.verified === 'none') throw new CommandError('UnprovenError', 6, unproven(incoming.name));
      await file.commit(proof);
    };
    // All else is the file's own, whatever it can do.
    return new Proxy(file, {
      get: (_, name) => {
        if (name === 'commit') return commit;
        const member: unknown = Reflect.get(file, name, file);
        return typeof member === 'function' ? (member as (...given: readonly unknown[]) => unknown).bind(file) : member;
      },
    });
  },
});
