/** `content-library mirror`: keeps a copy of a library in a directory or a bucket. */

import { concatMap, defer, from, ignoreElements, map, tap, type Observable } from 'rxjs';
import { mirror, type DownloadWarning, type MirrorEvent, type MirrorMirrored, type VCenter } from '../../index.ts';
import { CommandError, usageError } from '../command-error.ts';
import { withFailure } from '../output/failure.ts';
import { formatBytes, formatDuration, formatFileCount, jsonLine, replaceControlCharacters } from '../output/format.ts';
import type { Log } from '../output/log-file.ts';
import { retryingLine, warningLine } from '../output/plain-display.ts';
import { findLibraryByName, parsePath } from '../paths/find.ts';
import { globMatcher } from '../paths/names.ts';
import { runConnected } from '../run.ts';
import type { ConnectionFlags } from '../settings/connection.ts';
import { mirrorTarget } from './mirror-target.ts';

/** The flags of `mirror`. */
export interface MirrorFlags {
  readonly delete: boolean;
  /** Patterns of the names of items. */
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  /** Milliseconds between two comparisons. */
  readonly watch?: number;
  readonly concurrency: number;
  /** Retries of a file that bring it no further. */
  readonly retries: number;
  /** Seconds without progress. */
  readonly timeout: number;
  readonly json: boolean;
  /** File that the events are appended to. */
  readonly logFile?: string;
}

/** Mirrors `LIBRARY` into a directory or a bucket; returns the exit code. */
export const mirrorLibrary = (path: string, destination: string, flags: ConnectionFlags & MirrorFlags): Promise<number> =>
  runConnected(flags, (vc, onWarning, log) => mirrorWith(vc, path, destination, flags, onWarning, log));

/**
 * Completes when every item is current, never with `watch`; errors with what determines the exit code.
 *
 * @param onWarning - Called with every warning, also after unsubscribing.
 */
const mirrorWith = (
  vc: VCenter,
  path: string,
  destination: string,
  flags: MirrorFlags,
  onWarning: (warning: DownloadWarning) => void,
  log: Log,
): Observable<unknown> => {
  const [library, ...rest] = parsePath(path);
  if (library === undefined || rest.length > 0)
    throw usageError(`Expected a library, got ${JSON.stringify(path)}. Select items with --include.`);
  const isIncluded = anyMatcher(flags.include, true);
  const isExcluded = anyMatcher(flags.exclude, false);
  // Nothing is requested if the target cannot be created.
  return defer(() => from(mirrorTarget(destination))).pipe(
    concatMap((target) => findLibraryByName(vc, library).pipe(map(({ id }) => ({ id, target })))),
    concatMap(({ id, target }) =>
      mirror(vc, id, target, {
        include: ({ name }) => isIncluded(name) && !isExcluded(name),
        delete: flags.delete,
        every: flags.watch,
        download: {
          concurrency: flags.concurrency,
          fileRetry: { attempts: flags.retries + 1 },
          timeout: flags.timeout * 1000,
          onWarning,
        },
      }),
    ),
    tap((event) => {
      if (event.type !== 'download' || event.event.type !== 'progress') log(toJsonEvent(event));
    }),
    flags.json ? tap((event) => void process.stdout.write(jsonLine(toJsonEvent(event)))) : tap(print),
    errorIfAnyFailed,
  );
};

/** Returns a predicate for the names that match any of the patterns; without patterns, its result is always `otherwise`. */
const anyMatcher = (patterns: readonly string[], otherwise: boolean): ((name: string) => boolean) => {
  const matchers = patterns.map(globMatcher);
  return matchers.length === 0 ? () => otherwise : (name) => matchers.some((matches) => matches(name));
};

/** Results go to standard output, what happens meanwhile to standard error. */
const print = (event: MirrorEvent): void => {
  const note = (line: string): void => void process.stderr.write(`${line}\n`);
  switch (event.type) {
    case 'planned':
      return note(
        `${replaceControlCharacters(event.libraryName)}: ${event.items} items, ${event.current} current, ${event.toDownload} to download`,
      );
    case 'download': {
      const name = nameOf(event);
      if (event.event.type === 'opened') return note(`${name}: downloading ${formatFileCount(event.event.files.length)}`);
      if (event.event.type === 'retrying') return note(`${name}: ${retryingLine(event.event)}`);
      return event.event.type === 'warning' ? note(warningLine(event.event)) : undefined;
    }
    case 'superseded':
      return note(`${nameOf(event)}: the content has changed, the new version is downloaded`);
    case 'retrying':
      return note(`retrying in ${formatDuration(event.delay)}: ${replaceControlCharacters(event.error.message)}`);
    case 'failed':
      return note(`${nameOf(event)}: failed. ${replaceControlCharacters(event.error.message)}`);
    case 'gone':
      return note(`${nameOf(event)}: no longer in the library${event.removed ? ', removed' : '; --delete removes it'}`);
    case 'mirrored':
      return void process.stdout.write(`${summary(event)}\n`);
    case 'finished':
      if (event.mirrored + event.failed + event.gone === 0) return note('Nothing to do: every item is current.');
      return note(`${formatBytes(event.transferred)} downloaded in ${formatDuration(event.duration)}`);
    case 'current':
      return undefined;
  }
};

const nameOf = ({ itemId, itemName = itemId }: { readonly itemId: string; readonly itemName?: string }): string =>
  replaceControlCharacters(itemName);

const summary = (event: MirrorMirrored): string =>
  [nameOf(event), formatFileCount(event.files), formatBytes(event.bytes), `${formatBytes(event.transferred)} downloaded`].join(
    '  ',
  );

const toJsonEvent = (event: MirrorEvent): object =>
  event.type === 'download' ? { ...event, event: withFailure(event.event) } : withFailure(event);

/** A mirror completes although items failed. With `--watch`, they are tried again. */
const errorIfAnyFailed = (events$: Observable<MirrorEvent>): Observable<never> => {
  let last: MirrorEvent | undefined;
  return events$.pipe(
    map((event) => (last = event)),
    tap({
      complete: () => {
        if (last?.type !== 'finished' || last.failed === 0) return;
        const all = last.failed + last.mirrored + last.current;
        throw new CommandError('SomeFailedError', 9, `${last.failed} of ${all} items failed; the others are current.`);
      },
    }),
    ignoreElements(),
  );
};
