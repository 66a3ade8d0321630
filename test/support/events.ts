import type { DownloadEvent } from 'rx-content-library';

/** A status event. */
export const status = (file: string, value: 'PREPARING' | 'PREPARED', size?: number): DownloadEvent => ({
  type: 'status',
  file,
  status: value,
  bytesTransferred: 0,
  ...(size === undefined ? {} : { size }),
});

/** A progress event. */
export const progress = (file: string, received: number, total?: number): DownloadEvent => ({
  type: 'progress',
  file,
  received,
  ...(total === undefined ? {} : { total }),
});

/** A saved event. */
export const saved = (file: string, bytes: number): DownloadEvent => ({ type: 'saved', file, bytes, verified: 'length' });

/** The events of one type. */
export const ofType = <T extends DownloadEvent['type']>(
  events: readonly DownloadEvent[],
  type: T,
): Extract<DownloadEvent, { type: T }>[] =>
  events.filter((event): event is Extract<DownloadEvent, { type: T }> => event.type === type);
