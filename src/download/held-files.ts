/** The files of a download, as the session that is alive has them. */

import { BehaviorSubject, concatMap, distinct, filter, map, mergeMap, take, type Observable } from 'rxjs';
import type { PreparedFile } from './file-download.ts';
import type { DownloadFileInfo } from '../model/download-file.ts';
import { refuseError } from '../watching/preparation.ts';
import { isSettled } from '../watching/preparations.ts';

/** What a session has, at one moment. */
export interface Held {
  readonly sessionId: string;
  readonly infos: readonly DownloadFileInfo[];
  readonly closingFacts: (name: string, needsChecksum: boolean) => Observable<DownloadFileInfo | undefined>;
}

/** What the sessions of a download have, one after the other. */
export interface HeldFiles {
  readonly hold: (held: Held) => void;
  /** Emits the name of each file as soon as it is prepared or has failed for the first time; completes with the last of so many. */
  readonly settled: (files: number) => Observable<string>;
  /** The file, as soon as it is prepared in another session than the one that was lost; errors with `PreparationError` if it fails. */
  readonly prepared: (name: string, lostSessionId: string | undefined) => Observable<PreparedFile>;
}

/** Starts with none. */
export const heldFiles = (): HeldFiles => {
  const held$ = new BehaviorSubject<Held | undefined>(undefined);
  const known$ = held$.pipe(filter((held) => held !== undefined));
  return {
    hold: (held) => held$.next(held),
    settled: (files) =>
      known$.pipe(
        mergeMap(({ infos }) => infos.filter(isSettled)),
        map(({ name }) => name),
        distinct(),
        take(files),
      ),
    prepared: (name, lostSessionId) =>
      known$.pipe(
        filter(({ sessionId }) => sessionId !== lostSessionId),
        concatMap(({ sessionId, infos, closingFacts }) =>
          infos
            .filter((info) => info.name === name && isSettled(info))
            .map((info) => ({
              sessionId,
              info: refuseError(info),
              closingFacts: (needsChecksum: boolean) => closingFacts(name, needsChecksum),
            })),
        ),
        take(1),
      ),
  };
};
