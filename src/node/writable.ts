/** One file's bytes into a stream of Node's. */

import type { Writable } from 'node:stream';
import { SinkError, type Sink, type SinkFile } from '../index.ts';
import { diskError } from './disk/disk-error.ts';
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
      return fileInto(stream, name);
    },
  };
};

const fileInto = (stream: Writable, name: string): SinkFile => {
  let broken: Error | undefined;
  // Without a listener for it, an error of the stream would end the process.
  const breaks = (error: Error): void => {
    broken ??= error;
  };
  stream.on('error', breaks);
  const refuseBroken = (): void => {
    const reason = broken ?? stream.errored ?? (stream.writable ? undefined : closedEarly());
    if (reason !== undefined) throw diskError(name, reason);
  };
  let stopWaiting = (): void => undefined;
  /** Fulfils with the first of these events, or with `also`, and then listens to none of them any more. */
  const firstOf = (events: readonly string[], also?: Promise<void>): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        for (const event of events) stream.off(event, done);
        resolve();
      };
      stopWaiting = done;
      for (const event of events) stream.on(event, done);
      void also?.then(done);
    });
  let lastHasGone = Promise.resolve();
  return {
    write: async (bytes) => {
      refuseBroken();
      let hasRoom = false;
      lastHasGone = new Promise((resolve) => {
        hasRoom = stream.write(bytes, () => resolve());
      });
      if (!hasRoom) await firstOf(['drain', 'error', 'close']);
      refuseBroken();
    },
    commit: async () => {
      // A stream that is destroyed forgets the write it was in the middle of.
      await firstOf(['close'], lastHasGone);
      refuseBroken();
      stream.off('error', breaks);
    },
    discard: async () => {
      stopWaiting();
      stream.off('error', breaks);
    },
  };
};

const closedEarly = (): Error => Object.assign(new Error('the stream was closed'), { code: 'EPIPE' });
