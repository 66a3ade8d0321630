/** Detects output that was lost: on a full disk, or on a terminal that is gone. */

const errors = new Map<NodeJS.WriteStream, NodeJS.ErrnoException>();

/** Keeps the first error of each standard stream. Without listeners it would end the process before the clean-up. */
export const watchOutput = (): void => {
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => errors.has(stream) || errors.set(stream, error));
};

/** Output that is incomplete. */
export interface LostOutput {
  /** The name of the stream. */
  readonly path: string;
  readonly error: NodeJS.ErrnoException;
}

/** Resolves once everything is written, with what was lost, if any. A reader that has closed the stream loses nothing. */
export const findLostOutput = async (stream: NodeJS.WriteStream): Promise<LostOutput | undefined> => {
  await new Promise((resolve) => stream.write('', resolve));
  // A stream emits its error after it has called back.
  await new Promise((resolve) => setImmediate(resolve));
  const error = errors.get(stream);
  if (error === undefined || error.code === 'EPIPE') return undefined;
  return { path: stream === process.stdout ? 'standard output' : 'standard error', error };
};
