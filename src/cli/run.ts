/** Runs a command against a vCenter: signals, clean-up, error output, exit code. */

import { lastValueFrom, Subject, takeUntil, type Observable } from 'rxjs';
import { isContentLibraryError, withVCenter, type DownloadWarning, type VCenter, type VCenterOptions } from '../index.ts';
import { CommandError, toFailure } from './command-error.ts';
import { jsonLine, replaceControlCharacters } from './format.ts';
import { exitCodeOf, onSignal, type Signal } from './signals.ts';

/** How a command prints errors. */
export interface Output {
  /** True to print one JSON object a line instead of text. */
  readonly json: boolean;
  /** Where the JSON goes. @default standard output */
  readonly jsonTo?: NodeJS.WritableStream;
  /** Returns a sentence that is added to the message of an error, or an empty text. */
  readonly describe?: (thrown: unknown) => string;
}

/** The work of a command; it passes the warnings of downloads to `onWarning`. */
export type Job = (vc: VCenter, onWarning: (warning: DownloadWarning) => void) => Observable<unknown>;

/** Milliseconds that the clean-up on the server may take after a signal. */
const CLEANUP_TIMEOUT = 5000;

/** Logs in, runs the job, logs out in any case, prints errors, and returns the exit code. */
export const run = async (connect: () => Promise<VCenterOptions>, job: Job, output: Output): Promise<number> => {
  let exitCode: number | undefined;
  // Only the first failure is reported: another may follow while the clean-up runs.
  const report = (thrown: unknown): number => (exitCode ??= reportFailure(thrown, output));
  try {
    const options = await connect();
    const { interruption$, onWarning, onLogoutFailed } = createInterruption(output, report);
    await lastValueFrom(
      withVCenter(options, (vc) => job(vc, onWarning).pipe(takeUntil(interruption$)), { onLogoutFailed }),
      { defaultValue: undefined },
    );
    return 0;
  } catch (thrown) {
    return report(thrown);
  }
};

interface Interruption {
  /** Errors with the first signal. */
  readonly interruption$: Observable<never>;
  readonly onWarning: (warning: DownloadWarning) => void;
  readonly onLogoutFailed: () => void;
}

/**
 * Listens to signals. A second one, or a clean-up that takes too long, exits the process at once.
 *
 * The listeners stay until the process ends, so that a signal during the logout does not cut it off.
 */
const createInterruption = (output: Output, report: (thrown: unknown) => number): Interruption => {
  const interruption$ = new Subject<never>();
  let error: InterruptedError | undefined;
  onSignal((signal) => {
    if (error !== undefined) process.exit(exitCodeOf(signal));
    const interrupted = (error = new InterruptedError(signal));
    setTimeout(() => {
      interrupted.add('The server did not respond in time: what it has of this command stays there until it expires.');
      process.exit(report(interrupted));
    }, CLEANUP_TIMEOUT).unref();
    interruption$.error(interrupted);
    // Printed after the error, which erases the live lines.
    if (process.stderr.isTTY) process.stderr.write('Interrupted; cleaning up …\n');
  });
  return {
    interruption$,
    onWarning: (warning) => {
      // Before that, the warning is an event, which is printed by the display.
      if (error === undefined) return;
      if (output.json) (output.jsonTo ?? process.stdout).write(jsonLine(warning));
      error.add(warning.message);
    },
    onLogoutFailed: () => {
      const message = 'The logout failed: the login stays on the server until it expires.';
      if (error === undefined) process.stderr.write(`Warning: ${message}\n`);
      else error.add(message);
    },
  };
};

/** A signal has interrupted the command. Its message states what the clean-up has left, as far as it is known by then. */
class InterruptedError extends CommandError {
  #left: readonly string[] = [];
  readonly #start: string;
  constructor(signal: Signal) {
    const start = `Interrupted (${signal}). No incomplete file was left under its final name`;
    super('InterruptedError', exitCodeOf(signal), `${start}, and the server was cleaned up.`);
    this.#start = start;
  }

  add(left: string): void {
    this.#left = [...this.#left, left];
    this.message = `${this.#start}. ${this.#left.join(' ')}`;
  }
}

/** Prints an error as text or JSON, and returns its exit code. */
export const reportFailure = (thrown: unknown, { json, jsonTo = process.stdout, describe = () => '' }: Output): number => {
  if (isReaderGone(thrown)) return 0;
  const { tag, message, code } = toFailure(thrown);
  const failure = { tag, message: `${message} ${describe(thrown)}`.trimEnd(), code };
  if (json) jsonTo.write(jsonLine({ type: 'error', error: failure }));
  // The message may contain text from the server; its line breaks are kept.
  else process.stderr.write(`${`${failure.tag}: ${failure.message}`.split('\n').map(replaceControlCharacters).join('\n')}\n`);
  return failure.code;
};

/** Returns true if the process that read standard output has closed it, as `head` does: that is no error. */
const isReaderGone = (thrown: unknown): boolean =>
  isContentLibraryError(thrown) && thrown._tag === 'SinkError' && thrown.code === 'EPIPE';
