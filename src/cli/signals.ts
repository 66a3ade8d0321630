/** The signals that end a process by default and that it can handle, and their exit codes. */

import { constants } from 'node:os';

// Node uses SIGUSR1 and SIGPROF itself. SIGBREAK exists on Windows only.
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGALRM', 'SIGTERM', 'SIGUSR2', 'SIGXCPU', 'SIGBREAK'] as const;

/** A signal that interrupts the command. */
export type Signal = (typeof SIGNALS)[number];

/** Returns 128 and the number of the signal, as a shell reports a process that it has killed. */
export const exitCodeOf = (signal: Signal): number => 128 + (constants.signals[signal] ?? 0);

/** Calls the listener with every signal from now on; none of them ends the process any more. */
export const onSignal = (listener: (signal: Signal) => void): void => {
  for (const signal of SIGNALS) if (signal in constants.signals) process.on(signal, listener);
};
