/** One file's bytes into a stream of Node's. */

import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { SinkError, type Sink } from '../index.ts';
import { diskError } from './disk-error.ts';
import { nodeHash } from './hash.ts';

/**
 * A sink that writes the bytes of one file into a stream: standard output, a pipe, a request. The stream is left open.
 *
 * What has been written cannot be taken back: if the download errors, the bytes so far must not be trusted.
 *
 * Errors: `SinkError`, with `EPIPE` when the reader has gone away.
 */
export const toWritable = (stream: Writable): Sink => {
  let taken = false;
  return {
    createHash: nodeHash,
    open: async ({ name }) => {
      if (taken) throw new SinkError({ path: name, reason: 'a stream takes one file. Choose one, or use a directory.' });
      taken = true;
      const broken = new AbortController();
      const failed = (error: Error): void => broken.abort(error);
      stream.on('error', failed);
      const check = (): void => {
        if (broken.signal.aborted || stream.destroyed) throw diskError(name, broken.signal.reason ?? stream.errored ?? closedEarly());
      };
      return {
        write: async (bytes) => {
          check();
          if (!stream.write(bytes))
            await Promise.race([once(stream, 'drain', { signal: broken.signal }), once(stream, 'close', { signal: broken.signal })]).catch(
              () => undefined,
            );
          check();
        },
        commit: async () => {
          // Answered when all that was written before has gone out.
          await new Promise<void>((resolve) => {
            stream.write('', () => resolve());
          });
          check();
          stream.off('error', failed);
        },
        discard: async () => {
          stream.off('error', failed);
        },
      };
    },
  };
};

const closedEarly = (): Error => Object.assign(new Error('the stream was closed'), { code: 'EPIPE' });
