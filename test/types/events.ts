/** A switch over `type` narrows each event, and has to handle all of them. */

import type { DownloadEvent } from 'rx-content-library';
import { assertNever } from './never.ts';

export const line = (event: DownloadEvent): string => {
  switch (event.type) {
    case 'opened':
      return event.files.map(({ name }) => name).join();
    case 'status':
      return `${event.file}: ${String(event.status)}`;
    case 'progress':
      return `${event.file}: ${event.received} of ${event.total ?? 'unknown'}`;
    case 'retrying':
      return `${event.file ?? 'all'}: retrying in ${event.delay} ms after ${event.error._tag}`;
    case 'lease':
      return event.expires ?? event.state;
    case 'warning':
      return `${event.code}: ${event.message}`;
    case 'saved':
      return `${event.file}: ${event.skipped === true ? 'already present' : event.verified}`;
    case 'failed':
      return event.error._tag;
    case 'closed':
      return `${event.bytes} bytes in ${event.duration} ms`;
    default:
      return assertNever(event);
  }
};

export const incomplete = (event: DownloadEvent): string => {
  switch (event.type) {
    case 'closed':
      return '';
    default:
      // @ts-expect-error 2345: cases are missing
      return assertNever(event);
  }
};

export const misspelled = (event: DownloadEvent): boolean =>
  // @ts-expect-error 2367: no event has this type
  event.type === 'safed';

export const overwritten = (event: Extract<DownloadEvent, { type: 'progress' }>): void => {
  // @ts-expect-error 2540: events are read-only
  event.received = 0;
};
