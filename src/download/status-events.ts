/** Turns the states of files, as polls return them, into `status` events. */

import type { DownloadFileInfo } from '../model/download-file.ts';
import type { DownloadStatus } from './events.ts';

/**
 * Creates a function that returns the events of the files that have changed since its last call.
 *
 * @param isPending - Returns false once a file was saved or has failed. Such a file has no more events.
 */
export const createStatusEvents = (
  isPending: (name: string) => boolean,
): ((infos: readonly DownloadFileInfo[]) => readonly DownloadStatus[]) => {
  const lastEvents = new Map<string, DownloadStatus>();
  return (infos) =>
    infos.flatMap((info) => {
      const event = toStatusEvent(info);
      const last = lastEvents.get(event.file);
      if (!isPending(event.file) || (last !== undefined && isSameEvent(last, event))) return [];
      lastEvents.set(event.file, event);
      return [event];
    });
};

const toStatusEvent = ({ name, status, bytes_transferred, size }: DownloadFileInfo): DownloadStatus => ({
  type: 'status',
  file: name,
  status,
  bytesTransferred: bytes_transferred,
  ...(size === undefined ? {} : { size }),
});

const isSameEvent = (last: DownloadStatus, { status, bytesTransferred, size }: DownloadStatus): boolean =>
  last.status === status && last.bytesTransferred === bytesTransferred && last.size === size;
