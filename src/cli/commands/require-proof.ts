/** A sink that rejects files that can be verified neither by checksum nor by length. */

import type { Sink, SinkFile } from '../../index.ts';
import { CommandError } from '../command-error.ts';
import { replaceControlCharacters } from '../output/format.ts';

/** The message about a file that could not be verified. */
export const notVerified = (file: string): string =>
  `${replaceControlCharacters(file)}: not verified, because vCenter stated neither size nor checksum.`;

/** Rejects before the file gets its final name, so that an existing file of that name is kept. */
export const requireProof = (sink: Sink): Sink => ({
  ...sink,
  open: async (incoming) => {
    const file = await sink.open(incoming);
    const commit: SinkFile['commit'] = async (proof) => {
      if (proof.verified === 'none') throw new CommandError('UnprovenError', 6, notVerified(incoming.name));
      return file.commit(proof);
    };
    // A proxy keeps the optional methods of the file.
    return new Proxy(file, {
      get: (_, name) => {
        if (name === 'commit') return commit;
        const member: unknown = Reflect.get(file, name, file);
        return typeof member === 'function' ? (member as (...args: readonly unknown[]) => unknown).bind(file) : member;
      },
    });
  },
});
