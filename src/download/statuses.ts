/** What a poll of many files tells, as the story of each. */

import { distinctUntilChanged, from, groupBy, map, mergeMap, type OperatorFunction } from 'rxjs';
import type { DownloadStatus } from './events.ts';
import type { DownloadFileInfo } from '../model/download-file.ts';
import { isSameFileInfo } from '../watching/preparation.ts';

/** Emits a `status` for every file that has changed. */
export const toStatusEvents: OperatorFunction<readonly DownloadFileInfo[], DownloadStatus> = (infos$) =>
  infos$.pipe(
    mergeMap((infos) => from(infos)),
    groupBy(({ name }) => name),
    mergeMap((file$) => file$.pipe(distinctUntilChanged(isSameFileInfo))),
    map(({ name, status, bytes_transferred, size }) => ({
      type: 'status',
      file: name,
      status,
      bytesTransferred: bytes_transferred,
      ...(size === undefined ? {} : { size }),
    })),
  );
