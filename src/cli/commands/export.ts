/** `content-library export`: downloads the files of an item into a directory or to standard output. */

import { isAbsolute, relative } from 'node:path';
import { concat, concatMap, defer, EMPTY, ignoreElements, map, tap, type Observable } from 'rxjs';
import { download, type DownloadEvent, type DownloadSaved, type DownloadWarning, type Sink, type VCenter } from '../../index.ts';
import { toDirectory, toWritable } from '../../node/index.ts';
import { CommandError, notFoundError, usageError } from '../command-error.ts';
import { manifestOf, type ManifestResult } from '../manifest/manifest-of-export.ts';
import { display, type Progress } from '../output/display.ts';
import { withFailure } from '../output/failure.ts';
import { formatBytes, formatFileCount, jsonLine, replaceControlCharacters } from '../output/format.ts';
import type { Log } from '../output/log-file.ts';
import type { Ova } from '../ova/ova.ts';
import { findItemAt } from '../paths/find.ts';
import { fileSelector } from '../paths/names.ts';
import { runConnected } from '../run.ts';
import type { ConnectionFlags } from '../settings/connection.ts';
import { dryRunWith } from './dry-run.ts';
import { finishOva, openOva } from './export-ova.ts';
import { notVerified, requireProof } from './require-proof.ts';

/** The flags of `export`. */
export interface ExportFlags {
  readonly concurrency: number;
  readonly force: boolean;
  readonly continueOnError: boolean;
  readonly requireProof: boolean;
  /** True to verify the manifest of the item, or to write one. */
  readonly manifest: boolean;
  /** Path of an OVA that all files are written to; `-` is standard output. */
  readonly ova?: string;
  /** Bytes per second. */
  readonly limitRate?: number;
  /** Retries of a file that bring it no further. */
  readonly retries: number;
  readonly dryRun: boolean;
  readonly progress: Progress;
  /** True to print warnings and errors only. */
  readonly quiet: boolean;
  /** File that the events are appended to. */
  readonly logFile?: string;
  /** Seconds without progress. */
  readonly timeout: number;
  readonly json: boolean;
}

/** Downloads `LIBRARY/ITEM[/GLOB]` into a directory, to standard output (`-`), or into an OVA; returns the exit code. */
export const exportItem = (
  path: string,
  destination: string | undefined,
  flags: ConnectionFlags & ExportFlags,
): Promise<number> => {
  const directory = destination ?? '.';
  return runConnected(
    flags,
    (vc, onWarning, log) => {
      if (flags.ova !== undefined)
        return openOva(flags.ova, destination, flags, (ova) => exportWith(vc, path, '-', flags, onWarning, log, ova));
      return flags.dryRun ? dryRunWith(vc, path, directory, flags) : exportWith(vc, path, directory, flags, onWarning, log);
    },
    (flags.ova ?? directory) === '-' ? process.stderr : process.stdout,
  );
};

/**
 * Completes when every file is saved; errors with what determines the exit code.
 *
 * @param onWarning - Called with every warning, also after unsubscribing.
 * @param ova - Receives the files, instead of the destination.
 */
export const exportWith = (
  vc: VCenter,
  path: string,
  destination: string,
  flags: ConnectionFlags & ExportFlags,
  onWarning: (warning: DownloadWarning) => void,
  log: Log = () => undefined,
  ova?: Ova,
): Observable<unknown> => {
  const found$ = findItemAt(vc, path);
  const toStdout = (flags.ova ?? destination) === '-';
  const createSink = (): Sink => (toStdout ? toWritable(process.stdout) : toDirectory(destination, { force: flags.force }));
  const destinationSink = ova?.sink ?? createSink();
  const sink = flags.requireProof ? requireProof(destinationSink) : destinationSink;
  const results = toStdout ? process.stderr : process.stdout;
  if (toStdout && flags.manifest)
    throw usageError('--manifest needs a directory: standard output has no place for a second file.');
  const saved: DownloadSaved[] = [];
  let [itemName, isComplete] = ['', true];

  const files$ = found$.pipe(
    tap(({ pattern }) => {
      isComplete = pattern === '*';
      if (ova !== undefined && !isComplete)
        throw usageError('An OVA has all files of the item: with --ova, name the item as LIBRARY/ITEM.');
    }),
    concatMap(({ item, pattern }) =>
      download(vc, item, sink, {
        files: fileSelector(pattern),
        nextFile: ova?.nextFile,
        sha256: flags.manifest || ova !== undefined,
        concurrency: flags.concurrency,
        limitRate: flags.limitRate,
        fileRetry: { attempts: flags.retries + 1 },
        continueOnError: flags.continueOnError,
        timeout: flags.timeout * 1000,
        onWarning,
      }),
    ),
    tap((event) => {
      if (event.type !== 'progress') log(withFailure(event));
      if (event.type === 'saved') saved.push(event);
      if (event.type === 'opened') itemName = event.itemName ?? event.itemId;
      if (event.type === 'opened') assertFileCount(event.files.length, path, toStdout && ova === undefined);
    }),
    flags.json
      ? tap((event) => void results.write(jsonLine(withFailure(event))))
      : display(process.stderr, flags.quiet ? 'none' : flags.verbose === true ? 'plain' : flags.progress),
    tap((event) => {
      if (event.type !== 'saved') return;
      if (!flags.json && !toStdout && !flags.quiet) results.write(`${summary(event)}\n`);
      if (event.verified === 'none' && !flags.json) process.stderr.write(`Warning: ${notVerified(event.file)}\n`);
    }),
    errorIfAnyFailed,
  );
  if (ova !== undefined) return concat(files$, finishOva(ova, results, flags, log));
  const manifest$ = defer(() => manifestOf({ directory: destination, itemName, saved, isComplete, force: flags.force })).pipe(
    tap((result) => {
      log(result);
      if (flags.json) results.write(jsonLine(result));
      else if (!flags.quiet) results.write(`${manifestSummary(result)}\n`);
    }),
  );
  return concat(files$, flags.manifest ? manifest$ : EMPTY);
};

const manifestSummary = ({ file, action, files }: ManifestResult): string =>
  `${replaceControlCharacters(file)}  ${formatFileCount(files)}  ${action === 'kept' ? 'already present' : action}`;

const assertFileCount = (count: number, path: string, toStdout: boolean): void => {
  if (count === 0) throw notFoundError(`No file matches ${JSON.stringify(path)}.`);
  if (toStdout && count > 1)
    throw usageError(
      `${JSON.stringify(path)} matches ${count} files, but standard output takes one. Name a single file or a directory.`,
    );
};

/** With `continueOnError` a download completes although files failed. */
const errorIfAnyFailed = (events$: Observable<DownloadEvent>): Observable<never> =>
  events$.pipe(
    map((event) => {
      if (event.type === 'closed' && event.failed > 0)
        throw new CommandError(
          'SomeFailedError',
          9,
          `${event.failed} of ${formatFileCount(event.failed + event.files)} failed; the others are saved.`,
        );
      return event;
    }),
    ignoreElements(),
  );

const summary = ({ path, file, bytes, checksum, verified, skipped }: DownloadSaved): string =>
  [
    path === undefined ? replaceControlCharacters(file) : relativePath(path),
    formatBytes(bytes),
    ...(checksum === undefined ? [] : [`${checksum.algorithm.toLowerCase()}:${checksum.value}`]),
    `${skipped === true ? 'already present, ' : ''}${verifications[verified]}`,
  ].join('  ');

/** Returns a relative path only inside the working directory. */
const relativePath = (path: string): string => {
  const relativeToHere = relative(process.cwd(), path);
  return relativeToHere.startsWith('..') || isAbsolute(relativeToHere) ? path : relativeToHere;
};

const verifications: Readonly<Record<DownloadSaved['verified'], string>> = {
  checksum: 'checksum verified',
  length: 'size verified',
  none: 'not verified',
};
