/** A sink that writes one file to a Node stream. */

import type { Writable } from 'node:stream';
import { SinkError, type Sink, type SinkFile } from '../index.ts';
import { diskError } from './disk/disk-error.ts';
import { nodeHash } from './hash.ts';

/**
 * Creates a sink that writes the bytes of one file to a stream: standard output, a pipe, a request. The stream is not ended.
 *
 * Written bytes cannot be taken back: if the download errors, they MUST NOT be trusted.
 *
 * Errors: `SinkError` for a second file, and with `EPIPE` when the reader has closed the stream.
 */
export const toWritable = (stream: Writable): Sink => {
  let isUsed = false;
  return {
    createHash: nodeHash,
    open: async ({ name }) => {
      if (isUsed)
        throw new SinkError({ path: name, reason: 'a stream can hold only one file. Choose a single file, or use a directory.' });
      isUsed = true;
      return createFile(stream, name);
    },
  };
};

const createFile = (stream: Writable, name: string): SinkFile => {
  let streamError: Error | undefined;
  // Without a listener, an error of the stream would end the process.
  const onError = (error: Error): void => {
    streamError ??= error;
  };
  stream.on('error', onError);
  const assertWritable = (): void => {
    const error = streamError ?? stream.errored ?? (stream.writable ? undefined : closedError());
    if (error !== undefined) throw diskError(name, error);
  };
  let stopWaiting = (): void => undefined;
  /** Fulfils at the first of these events, or with the promise; then removes all listeners. */
  const firstOf = (events: readonly string[], promise?: Promise<void>): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        for (const event of events) stream.off(event, done);
        resolve();
      };
      stopWaiting = done;
      for (const event of events) stream.on(event, done);
      void promise?.then(done);
    });
  let lastWrite = Promise.resolve();
  return {
    write: async (bytes) => {
      assertWritable();
      let hasCapacity = false;
      lastWrite = new Promise((resolve) => {
        hasCapacity = stream.write(bytes, () => resolve());
      });
      if (!hasCapacity) await firstOf(['drain', 'error', 'close']);
      assertWritable();
    },
    commit: async () => {
      // A destroyed stream never calls back its last write.
      await firstOf(['close'], lastWrite);
      assertWritable();
      stream.off('error', onError);
    },
    discard: async () => {
      stopWaiting();
      stream.off('error', onError);
    },
  };
};

const closedError = (): Error => Object.assign(new Error('the stream was closed'), { code: 'EPIPE' });
