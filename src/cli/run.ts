/** Runs a command against a vCenter: signals, cleanup, error output, exit code. */

import { lastValueFrom, Subject, takeUntil, type Observable } from 'rxjs';
import { isContentLibraryError, withVCenter, type VCenter, type VCenterOptions } from '../index.ts';
import { CommandError, toFailure } from './command-error.ts';
import { jsonLine, sanitize } from './format.ts';

/** How a command prints errors. */
export interface Output {
  /** True to print one JSON object a line instead of text. */
  readonly json: boolean;
  /** Where the JSON goes. @default standard output */
  readonly jsonTo?: NodeJS.WritableStream;
}

/** Exit codes of the signals that interrupt the command: 128 and the number of the signal. */
export const SIGNAL_EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

type Signal = keyof typeof SIGNAL_EXIT_CODES;

/** Milliseconds that the cleanup on the server may take after a signal. */
const CLEANUP_TIMEOUT = 5000;

/** Logs in, runs the job, logs out in any case, prints errors, and returns the exit code. */
export const run = async (
  connect: () => Promise<VCenterOptions>,
  job: (vc: VCenter) => Observable<unknown>,
  output: Output,
): Promise<number> => {
  try {
    const options = await connect();
    const interruption$ = createInterruption(output);
    await lastValueFrom(
      withVCenter(options, (vc) => job(vc).pipe(takeUntil(interruption$))),
      { defaultValue: undefined },
    );
    return 0;
  } catch (thrown) {
    return reportFailure(thrown, output);
  }
};

/**
 * Returns an Observable that errors with the first signal. A second signal, or a cleanup that takes too long, exits the process at once.
 *
 * The listeners stay until the process ends, so that a signal during the logout does not cut it off.
 */
const createInterruption = (output: Output): Observable<never> => {
  const interruption$ = new Subject<never>();
  let isInterrupted = false;
  const interruptedError = (signal: Signal, message: string): CommandError =>
    new CommandError('InterruptedError', SIGNAL_EXIT_CODES[signal], `Interrupted (${signal}). ${message}`);
  const onSignal = (signal: Signal): void => {
    if (isInterrupted) process.exit(SIGNAL_EXIT_CODES[signal]);
    isInterrupted = true;
    setTimeout(() => {
      const message = 'The server did not respond in time: the download session stays there until it expires.';
      process.exit(reportFailure(interruptedError(signal, message), output));
    }, CLEANUP_TIMEOUT).unref();
    interruption$.error(
      interruptedError(signal, 'No incomplete file was left under its final name, and the server was cleaned up.'),
    );
    // Printed after the error, which erases the live lines.
    if (process.stderr.isTTY) process.stderr.write('Interrupted; cleaning up …\n');
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  return interruption$;
};

/** Prints an error as text or JSON, and returns its exit code. */
export const reportFailure = (thrown: unknown, { json, jsonTo = process.stdout }: Output): number => {
  if (isReaderGone(thrown)) return 0;
  const failure = toFailure(thrown);
  if (json) jsonTo.write(jsonLine({ type: 'error', error: failure }));
  // The message may contain text from the server; its line breaks are kept.
  else process.stderr.write(`${`${failure.tag}: ${failure.message}`.split('\n').map(sanitize).join('\n')}\n`);
  return failure.code;
};

/** Returns true if the process that read standard output has closed it, as `head` does: that is no error. */
const isReaderGone = (thrown: unknown): boolean =>
  isContentLibraryError(thrown) && thrown._tag === 'SinkError' && thrown.code === 'EPIPE';
