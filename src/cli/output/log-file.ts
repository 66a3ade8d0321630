/** Appends what happens to a file, one JSON object a line, for runs that nothing watches. */

import { openSync, writeSync } from 'node:fs';
import { SinkError } from '../../index.ts';
import { messageOf } from '../command-error.ts';
import { systemCode } from '../settings/text-file.ts';
import { jsonLine } from './format.ts';

/** Appends a line. */
export type Log = (line: object) => void;

/**
 * Opens a file and returns the function that appends to it, with the time of each line. The file is created for its user only.
 *
 * @throws SinkError if the file cannot be written.
 */
export const openLog = (path: string | undefined): Log => {
  if (path === undefined) return () => undefined;
  const descriptor = orSinkError(path, () => openSync(path, 'a', 0o600));
  return (line) => {
    const text = jsonLine({ time: new Date().toISOString(), ...line });
    // One write: lines of several commands in one file stay whole.
    orSinkError(path, () => writeSync(descriptor, text));
  };
};

const orSinkError = <A>(path: string, work: () => A): A => {
  try {
    return work();
  } catch (thrown) {
    const reason = `the log cannot be written (${messageOf(thrown)})`;
    const code = systemCode(thrown);
    throw new SinkError({ path, reason, ...(typeof code === 'string' ? { code } : {}) }, { cause: thrown });
  }
};
