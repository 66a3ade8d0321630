/** What the sessions and the files of one download tell each other. */

import { AsyncSubject, asyncScheduler, ReplaySubject, Subject } from 'rxjs';
import type { DownloadOptions } from './options.ts';
import type { LeaseError } from '../errors.ts';
import type { Lease, Retrying } from './events.ts';
import { heldFiles, type HeldFiles } from './held-files.ts';
import type { ItemRef, Opening, StoredFiles } from './opening.ts';
import type { Sink } from '../transfer/sink.ts';
import { tallyOf, type Tally } from './tally.ts';
import type { Retry } from '../connection/retrying.ts';
import { telling, type VCenter } from '../connection/vcenter.ts';

/** What is downloaded, and how. */
export interface Task {
  readonly vc: VCenter;
  readonly item: Exclude<ItemRef, string>;
  readonly sink: Sink;
  readonly options: DownloadOptions;
}

/** What is known since the files of the item can be had. */
export interface Known extends Opening {
  /** Of the files to download. */
  readonly names: readonly string[];
  readonly tally: Tally;
}

/** What the sessions and the files of one download tell each other. */
export interface Course extends Task {
  /** The files as the library itself states them, as far as it does. */
  stored: StoredFiles;
  /** Emits once, when the files of the item can be had, and completes. */
  readonly known$: AsyncSubject<Known>;
  /** The same, from then on. */
  known: Known | undefined;
  /** The files as the session that is alive has them. */
  readonly held: HeldFiles;
  /** What is to be told besides what files and sessions emit. */
  readonly told$: Subject<Retrying | Lease>;
  /** Tells of a request that is about to be sent again; the connection's calls do. */
  readonly onRetry: (retry: Retry) => void;
  /** Emits when the server says that it has too much to do. */
  readonly busy$: Subject<void>;
  /** Emits when a file finds that its session is over. */
  readonly lost$: Subject<LeaseError>;
  /** Emits when the last file has come to its end; errors when one has failed for all. */
  readonly ended$: ReplaySubject<void>;
  /** Names of the files that have come to their end. */
  readonly finished: Set<string>;
  /** How many files have bytes on their way. */
  flowing: number;
  /** When something was last heard of any file, in milliseconds. */
  newsAt: number;
}

/** Starts with nothing known. */
export const courseOf = (task: Task): Course => {
  const told$: Course['told$'] = new Subject();
  const onRetry = ({ attempt, delay, error }: Retry): void => told$.next({ type: 'retrying', attempt, delay, error });
  return { ...task, ...nothingYet(), vc: telling(task.vc, onRetry), told$, onRetry };
};

const nothingYet = () => ({
  stored: new Map(),
  known$: new AsyncSubject<Known>(),
  known: undefined,
  held: heldFiles(),
  busy$: new Subject<void>(),
  lost$: new Subject<LeaseError>(),
  ended$: new ReplaySubject<void>(1),
  finished: new Set<string>(),
  flowing: 0,
  newsAt: asyncScheduler.now(),
});

/** The names that are wanted of those that an item has; who names files may name others. */
export const wanted = (listed: readonly string[], files: DownloadOptions['files']): readonly string[] =>
  typeof files === 'object' ? files : listed.filter(files ?? (() => true));

/** Chooses the files of an item that can be had from now on. */
export const choose = (opening: Opening, files: DownloadOptions['files']): Known => {
  const listed = new Map(opening.opened.files.map((file) => [file.name, file]));
  const names = wanted([...listed.keys()], files);
  return {
    ...opening,
    opened: { ...opening.opened, files: names.map((name) => listed.get(name) ?? { name }) },
    names,
    tally: tallyOf(names),
  };
};

/** From here on the files can be had. */
export const begin = (course: Course, known: Known): void => {
  course.known = known;
  course.known$.next(known);
  course.known$.complete();
};
