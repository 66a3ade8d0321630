/** Runs the command `content-library`: parses its arguments, and reports what went wrong. */

import { CommanderError } from 'commander';
import { usageError } from './command-error.ts';
import { createProgram } from './definitions/index.ts';
import { findLostOutput, watchOutput } from './output/lost-output.ts';
import { readVersion } from './version.ts';

watchOutput();
// `-` is the destination, unless it is the value of --session-id.
const toStdout = process.argv.some(
  (argument, index) => argument === '--ova=-' || (argument === '-' && process.argv[index - 1] !== '--session-id'),
);
const output = { json: process.argv.includes('--json'), jsonTo: toStdout ? process.stderr : process.stdout };

/** Prints an error, and returns its exit code. Only then the library is loaded. */
const report = async (thrown: unknown): Promise<number> => {
  const { reportFailure } = await import('./output/failure.ts');
  return reportFailure(thrown, output);
};

try {
  await createProgram(readVersion()).parseAsync();
} catch (thrown) {
  if (!(thrown instanceof CommanderError)) process.exitCode = await report(thrown);
  else if (thrown.exitCode !== 0) {
    process.exitCode = 2;
    // Commander has printed the error as text.
    if (output.json) await report(usageError(thrown.message.replace(/^error: /, '')));
  }
}
for (const stream of new Set([process.stdout, output.jsonTo])) {
  const lost = await findLostOutput(stream);
  if (lost === undefined) continue;
  const { lostOutputError, reportFailure } = await import('./output/failure.ts');
  const code = reportFailure(lostOutputError(lost), { json: false });
  process.exitCode = Number(process.exitCode ?? 0) === 0 ? code : process.exitCode;
}
