import type { DownloadEvent } from 'rx-content-library';

/** A file's preparation has moved on. */
export const status = (file: string, value: 'PREPARING' | 'PREPARED', size?: number): DownloadEvent => ({
  type: 'status',
  file,
  status: value,
  bytesTransferred: 0,
  ...(size === undefined ? {} : { size }),
});

/** Bytes of a file have come. */
export const progress = (file: string, received: number, total?: number): DownloadEvent => ({
  type: 'progress',
  file,
  received,
  ...(total === undefined ? {} : { total }),
});

/** A file is there. */
export const saved = (file: string, bytes: number): DownloadEvent => ({ type: 'saved', file, bytes, verified: 'length' });

/** The events of one type. */
export const ofType = <T extends DownloadEvent['type']>(
  events: readonly DownloadEvent[],
  type: T,
): Extract<DownloadEvent, { type: T }>[] =>
  events.filter((event): event is Extract<DownloadEvent, { type: T }> => event.type === type);
