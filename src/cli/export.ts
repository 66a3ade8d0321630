/** `content-library export`: the files of an item, into a directory or onto standard output. */

import { isAbsolute, relative } from 'node:path';
import { concatMap, ignoreElements, map, tap, type Observable } from 'rxjs';
import { download, type DownloadEvent, type DownloadSaved, type Sink, type VCenter } from '../index.ts';
import { toDirectory, toWritable } from '../node/index.ts';
import { CommandError, failureOf, notFoundError, usageError } from './command-error.ts';
import { globMatcher, findItemByName, findLibraryByName, parsePath } from './find.ts';
import { display } from './display.ts';
import { jsonLine } from './json-line.ts';
import { requireProof, unproven } from './require-proof.ts';
import { bytes, files, sanitize } from './format.ts';

/** The flags of `export`. */
export interface ExportFlags {
  readonly concurrency: number;
  readonly force: boolean;
  readonly continueOnError: boolean;
  readonly requireProof: boolean;
  /** Seconds. */
  readonly timeout: number;
  readonly json: boolean;
}

/** Downloads what `LIBRARY/ITEM[/GLOB]` names. Completes when all of it is there; errors with what the exit code is made of. */
export const exportItem = (vc: VCenter, path: string, destination: string, flags: ExportFlags): Observable<unknown> => {
  const [library, item, pattern = '*'] = parsePath(path);
  if (library === undefined || item === undefined)
    throw usageError('Which item? Give LIBRARY/ITEM, or LIBRARY/ITEM/FILE for some of its files.');
  const toStdout = destination === '-';
  const anySink: Sink = toStdout ? toWritable(process.stdout) : toDirectory(destination, { force: flags.force });
  const sink = flags.requireProof ? requireProof(anySink) : anySink;
  const results = toStdout ? process.stderr : process.stdout;

  return findLibraryByName(vc, library).pipe(
    concatMap((found) => findItemByName(vc, found, item)),
    concatMap((found) =>
      download(vc, found, sink, {
        files: globMatcher(pattern),
        concurrency: flags.concurrency,
        continueOnError: flags.continueOnError,
        timeout: flags.timeout * 1000,
      }),
    ),
    tap((event) => {
      if (event.type === 'opened') assertFileCount(event.files.length, path, toStdout);
    }),
    flags.json ? tap((event) => void results.write(jsonLine(toJsonEvent(event)))) : display(process.stderr),
    tap((event) => {
      if (event.type !== 'saved') return;
      if (!flags.json && !toStdout) results.write(`${summary(event)}\n`);
      if (event.verified === 'none' && !flags.json) process.stderr.write(`Warning: ${unproven(event.file)}\n`);
    }),
    errorIfAnyFailed,
  );
};

const assertFileCount = (count: number, path: string, toStdout: boolean): void => {
  if (count === 0) throw notFoundError(`No file fits ${JSON.stringify(path)}.`);
  if (toStdout && count > 1)
    throw usageError(`Standard output takes one file, and ${count} fit ${JSON.stringify(path)}. Name one, or give a directory.`);
};

/** Some files failed: the others are there, and the command says so at its end. */
const errorIfAnyFailed = (events$: Observable<DownloadEvent>): Observable<never> =>
  events$.pipe(
    map((event) => {
      if (event.type === 'closed' && event.failed > 0)
        throw new CommandError(
          'SomeFailedError',
          9,
          `${event.failed} of ${files(event.failed + event.files)} failed; the others are saved.`,
        );
      return event;
    }),
    ignoreElements(),
  );

const toJsonEvent = (event: DownloadEvent): unknown =>
  event.type === 'failed' || event.type === 'retrying' ? { ...event, error: failureOf(event.error) } : event;

const summary = ({ path, file, bytes: count, checksum, verified, skipped }: DownloadSaved): string =>
  [
    path === undefined ? sanitize(file) : fromHere(path),
    bytes(count),
    ...(checksum === undefined ? [] : [`${checksum.algorithm.toLowerCase()}:${checksum.value}`]),
    `${skipped === true ? 'there already, ' : ''}${proofs[verified]}`,
  ].join('  ');

/** Short, where it is below the working directory. */
const fromHere = (path: string): string => {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') || isAbsolute(short) ? path : short;
};

const proofs: Readonly<Record<DownloadSaved['verified'], string>> = {
  checksum: "equal to vCenter's checksum",
  length: 'of the right length',
  none: 'unproven',
};
