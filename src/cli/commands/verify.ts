/** `content-library verify`: compares the files of a directory with what the library states. */

import { concatMap, from, ignoreElements, reduce, tap, type Observable } from 'rxjs';
import type { VCenter } from '../../index.ts';
import { compareFile, type FileComparison } from '../../node/index.ts';
import { CommandError } from '../command-error.ts';
import { formatBytes, formatFileCount, jsonLine, replaceControlCharacters } from '../output/format.ts';
import { listFilesAt } from '../paths/find.ts';
import { runConnected } from '../run.ts';
import type { ConnectionFlags } from '../settings/connection.ts';

/** The flags of `verify`. */
export interface VerifyFlags {
  readonly json: boolean;
}

/** Compares the files of `LIBRARY/ITEM[/GLOB]` with those of a directory; returns the exit code. */
export const verify = (path: string, directory: string, flags: ConnectionFlags & VerifyFlags): Promise<number> =>
  runConnected(flags, (vc) => verifyWith(vc, path, directory, flags));

/** Completes when every file is the one of the library; errors with what determines the exit code. */
export const verifyWith = (vc: VCenter, path: string, directory: string, flags: VerifyFlags): Observable<unknown> =>
  listFilesAt(vc, path).pipe(
    concatMap((files) => from(files)),
    concatMap((file) => compareFile(directory, file)),
    tap((comparison) => print(comparison, flags)),
    reduce((all: readonly FileComparison[], comparison) => [...all, comparison], []),
    tap(assertEqual),
    ignoreElements(),
  );

const print = (comparison: FileComparison, { json }: VerifyFlags): void => {
  if (json) process.stdout.write(jsonLine({ type: 'compared', ...comparison }));
  else process.stdout.write(`${line(comparison)}\n`);
};

const line = ({ file, bytes, checksum, result }: FileComparison): string =>
  [
    replaceControlCharacters(file),
    ...(bytes === undefined ? [] : [formatBytes(bytes)]),
    ...(checksum === undefined ? [] : [`${checksum.algorithm.toLowerCase()}:${checksum.value}`]),
    RESULTS[result],
  ].join('  ');

const RESULTS: Readonly<Record<FileComparison['result'], string>> = {
  same: 'checksum verified',
  missing: 'missing',
  different: 'another checksum than the library states',
  unknown: 'not verified, because the library states no checksum',
};

const assertEqual = (comparisons: readonly FileComparison[]): void => {
  const count = (result: FileComparison['result']): number => comparisons.filter((each) => each.result === result).length;
  const [missing, different, unknown] = [count('missing'), count('different'), count('unknown')];
  const parts = [
    ...(different === 0 ? [] : [`${different} different`]),
    ...(missing === 0 ? [] : [`${missing} missing`]),
    ...(unknown === 0 ? [] : [`${unknown} without a checksum`]),
  ];
  if (parts.length === 0) return;
  throw new CommandError(
    missing + different === 0 ? 'UnprovenError' : 'DifferenceError',
    6,
    `${parts.join(', ')} of ${formatFileCount(comparisons.length)}. ${missing + different === 0 ? ADVICE.unknown : ADVICE.different}`,
  );
};

const ADVICE = {
  different: 'Export them again, with --force where a file is different.',
  unknown: 'Only an export can verify them, with the checksum that vCenter states after a transfer.',
};
