/** Runs a job against a vCenter: signals, the way out, the last word. */

import { fromEvent, map, merge, take, takeUntil, tap, type Observable } from 'rxjs';
import { withVCenter, type VCenter, type VCenterOptions } from '../index.ts';
import { CommandError, failureOf } from './command-error.ts';

/** How a job tells what it has to tell. */
export interface Output {
  /** Prints one JSON object a line instead of text. */
  readonly json: boolean;
  /** Where the JSON goes. @default standard output */
  readonly jsonTo?: NodeJS.WritableStream;
}

const codes = { SIGINT: 130, SIGTERM: 143 } as const;

/** Milliseconds for leaving the server clean after a signal. */
const patience = 5000;

/** Logs in, runs the job, logs out whatever happens, and answers the exit code. Everything that failed has been told by then. */
export const run = (connect: () => Promise<VCenterOptions>, job: (vc: VCenter) => Observable<unknown>, output: Output): Promise<number> =>
  connect().then(
    (options) =>
      new Promise((resolve) => {
        withVCenter(options, (vc) => job(vc).pipe(takeUntil(interruption()))).subscribe({
          error: (thrown: unknown) => resolve(tell(thrown, output)),
          complete: () => resolve(0),
        });
      }),
    (thrown: unknown) => tell(thrown, output),
  );

/** Errors with the first signal; the second one ends the process at once, and so does a server that hangs. */
const interruption = (): Observable<never> =>
  merge(...(['SIGINT', 'SIGTERM'] as const).map((signal) => fromEvent(process, signal).pipe(map(() => signal)))).pipe(
    take(1),
    tap((signal) => {
      for (const again of ['SIGINT', 'SIGTERM'] as const) process.once(again, () => process.exit(codes[again]));
      setTimeout(() => process.exit(codes[signal]), patience).unref();
      if (process.stderr.isTTY) process.stderr.write('\nInterrupted; leaving the server clean …\n');
    }),
    map((signal) => {
      throw new CommandError('InterruptedError', codes[signal], `Interrupted (${signal}). The server was left clean; nothing unfinished stands under a final name.`);
    }),
  );

/** Says what failed, to a person or to a program, and answers the exit code. */
export const tell = (thrown: unknown, { json, jsonTo = process.stdout }: Output): number => {
  const failure = failureOf(thrown);
  if (isReaderGone(thrown)) return 0;
  if (json) jsonTo.write(`${JSON.stringify({ type: 'error', error: failure })}\n`);
  else process.stderr.write(`${failure.tag}: ${failure.message}\n`);
  return failure.code;
};

const isReaderGone = (thrown: unknown): boolean => thrown instanceof Error && 'code' in thrown && thrown.code === 'EPIPE';
