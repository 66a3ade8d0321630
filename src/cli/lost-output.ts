/** Detects output that was lost: on a full disk, or on a terminal that is gone. */

import { SinkError } from '../index.ts';

const errors = new Map<NodeJS.WriteStream, NodeJS.ErrnoException>();

/** Keeps the first error of each standard stream. Without listeners it would end the process before the clean-up. */
export const watchOutput = (): void => {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => errors.has(stream) || errors.set(stream, error));
};

/** Resolves once everything is written, with an error if some of it was lost. A reader that has closed the stream loses nothing. */
export const findLostOutput = async (stream: NodeJS.WriteStream): Promise<SinkError | undefined> => {
  await new Promise((resolve) => stream.write('', resolve));
  // A stream emits its error after it has called back.
  await new Promise((resolve) => setImmediate(resolve));
  const error = errors.get(stream);
  if (error === undefined || error.code === 'EPIPE') return undefined;
  const path = stream === process.stdout ? 'standard output' : 'standard error';
  const reason = `the output is incomplete, because it could not be written (${error.message}).`;
  return new SinkError({ path, code: error.code, reason }, { cause: error });
};
