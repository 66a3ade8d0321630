/** Runs a command against a vCenter: signals, clean-up, error output, exit code. */

import { defer, lastValueFrom, Subject, takeUntil, type Observable } from 'rxjs';
import { withVCenter, type DownloadWarning, type VCenter, type VCenterOptions } from '../index.ts';
import { CommandError } from './command-error.ts';
import { reportFailure, toFailure, type Output } from './output/failure.ts';
import { jsonLine } from './output/format.ts';
import { openLog, type Log } from './output/log-file.ts';
import { describeSources, readConnection, type ConnectionFlags } from './settings/connection.ts';
import { exitCodeOf, onSignal, type Signal } from './signals.ts';

/** The work of a command; it passes the warnings of downloads to `onWarning`, and what happens to `log`. */
export type Job = (vc: VCenter, onWarning: (warning: DownloadWarning) => void, log: Log) => Observable<unknown>;

/** How a command prints errors, and where it keeps what happens. */
export interface RunOutput extends Output {
  /** File that is appended to. */
  readonly logFile?: string | undefined;
}

/** Milliseconds that the clean-up on the server may take after a signal. */
const CLEANUP_TIMEOUT = 5000;

/**
 * Runs a job against the vCenter of the flags.
 *
 * @param jsonTo - Where JSON lines go.
 * @returns the exit code
 */
export const runConnected = (
  flags: ConnectionFlags & { readonly json: boolean; readonly logFile?: string },
  job: Job,
  jsonTo: NodeJS.WritableStream = process.stdout,
): Promise<number> =>
  run(
    () => readConnection(flags),
    (vc, onWarning, log) => defer(() => job(vc, onWarning, log)),
    { json: flags.json, jsonTo, logFile: flags.logFile, describe: (thrown) => describeSources(flags, thrown) },
  );

/** Logs in, runs the job, logs out in any case, prints errors, and returns the exit code. */
export const run = async (connect: () => Promise<VCenterOptions>, job: Job, output: RunOutput): Promise<number> => {
  let exitCode: number | undefined;
  // Only the first failure is reported: another may follow while the clean-up runs.
  let log: Log = () => undefined;
  const report = (thrown: unknown): number => {
    if (exitCode !== undefined) return exitCode;
    exitCode = reportFailure(thrown, output);
    logFailure(log, thrown);
    return exitCode;
  };
  try {
    log = openLog(output.logFile);
    const options = await connect();
    const { interruption$, onWarning, onLogoutFailed } = createInterruption(output, report);
    await lastValueFrom(
      withVCenter(options, (vc) => job(vc, onWarning, log).pipe(takeUntil(interruption$)), { onLogoutFailed }),
      { defaultValue: undefined },
    );
    return 0;
  } catch (thrown) {
    return report(thrown);
  }
};

/** The failure is reported already: another one, of the log, is not. */
const logFailure = (log: Log, thrown: unknown): void => {
  try {
    log({ type: 'error', error: toFailure(thrown) });
  } catch {
    // Such as a full disk.
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
