/** Runs a job against a vCenter: signals, the way out, the last word. */

import { lastValueFrom, Subject, takeUntil, type Observable } from 'rxjs';
import { isContentLibraryError, withVCenter, type VCenter, type VCenterOptions } from '../index.ts';
import { CommandError, failureOf } from './command-error.ts';
import { jsonLine } from './json-line.ts';
import { sanitize } from './format.ts';

/** How a job tells what it has to tell. */
export interface Output {
  /** Prints one JSON object a line instead of text. */
  readonly json: boolean;
  /** Where the JSON goes. @default standard output */
  readonly jsonTo?: NodeJS.WritableStream;
}

const codes = { SIGINT: 130, SIGTERM: 143 } as const;
const signals = ['SIGINT', 'SIGTERM'] as const;

/** Milliseconds for leaving the server clean after a signal. */
const CLEANUP_TIMEOUT = 5000;

/** Logs in, runs the job, logs out whatever happens, and answers the exit code. Everything that failed has been told by then. */
export const run = async (
  connect: () => Promise<VCenterOptions>,
  job: (vc: VCenter) => Observable<unknown>,
  output: Output,
): Promise<number> => {
  try {
    const options = await connect();
    const interruption$ = interruptionOf(output);
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
 * Errors with the first signal; the second one ends the process at once, and so does a server that hangs.
 *
 * It listens until the process ends: a signal that comes during the logout must not cut it off.
 */
const interruptionOf = (output: Output): Observable<never> => {
  const interruption$ = new Subject<never>();
  let heard = false;
  const interrupted = (signal: (typeof signals)[number], end: string): CommandError =>
    new CommandError('InterruptedError', codes[signal], `Interrupted (${signal}). ${end}`);
  const onSignal = (signal: (typeof signals)[number]): void => {
    if (heard) process.exit(codes[signal]);
    heard = true;
    setTimeout(() => {
      process.exit(
        reportFailure(
          interrupted(signal, 'The server did not answer in time: the download session stays there until it runs out.'),
          output,
        ),
      );
    }, CLEANUP_TIMEOUT).unref();
    interruption$.error(
      interrupted(signal, 'Nothing unfinished stands under a final name, and the server was told to clean up.'),
    );
    // Not before: the live lines are gone only now.
    if (process.stderr.isTTY) process.stderr.write('Interrupted; leaving the server clean …\n');
  };
  for (const signal of signals) process.on(signal, onSignal);
  return interruption$;
};

/** Says what failed, to a person or to a program, and answers the exit code. */
export const reportFailure = (thrown: unknown, { json, jsonTo = process.stdout }: Output): number => {
  if (isReaderGone(thrown)) return 0;
  const failure = failureOf(thrown);
  if (json) jsonTo.write(jsonLine({ type: 'error', error: failure }));
  // The server's own words are part of it, line by line.
  else process.stderr.write(`${`${failure.tag}: ${failure.message}`.split('\n').map(sanitize).join('\n')}\n`);
  return failure.code;
};

/** Whoever wanted the bytes on standard output has gone: what was asked for is moot. */
const isReaderGone = (thrown: unknown): boolean =>
  isContentLibraryError(thrown) && thrown._tag === 'SinkError' && thrown.code === 'EPIPE';
