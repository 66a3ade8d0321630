/** `attempt` puts failures into the type, `orFail` removes them, and decoders return the same `Either`. */

import type { Either } from 'fp-ts/lib/Either.js';
import {
  attempt,
  decoder,
  DownloadFileInfo,
  listLibraries,
  orFail,
  type ContentLibraryError,
  type DecodeError,
  type VCenter,
} from 'rx-content-library';
import { map, of, type Observable } from 'rxjs';

type Libraries = readonly string[];

export const attempted = (vc: VCenter): Observable<Either<ContentLibraryError, Libraries>> => listLibraries(vc).pipe(attempt());

export const notUnwrapped = (vc: VCenter): Observable<Libraries> =>
  // @ts-expect-error 2322: an Either is not the value
  listLibraries(vc).pipe(attempt());

export const inferred = (vc: VCenter): Observable<number> =>
  listLibraries(vc).pipe(
    attempt(),
    map((either) => (either._tag === 'Right' ? either.right.length : either.left.message.length)),
  );

export const unchecked = (vc: VCenter): Observable<Libraries> =>
  listLibraries(vc).pipe(
    attempt(),
    // @ts-expect-error 2339: there may be no value
    map(({ right }) => right),
  );

export const back: Observable<number> = of(1).pipe(attempt(), orFail());

export const decoded = (body: unknown): Either<DecodeError, DownloadFileInfo> => decoder(DownloadFileInfo)(body);

export const undecoded = (body: unknown): DownloadFileInfo =>
  // @ts-expect-error 2322: it may be a Left
  decoder(DownloadFileInfo)(body);
