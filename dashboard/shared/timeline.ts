/** What has happened to each export, with times. */

import type { DownloadQueueState, QueuedDownloadEvent, QueuedDownloadStatus } from 'rx-content-library';

/** `preparing`: the item was opened. `prepared`, `downloading`: the first file. `file`: a file is saved. The others are statuses. */
export type TimelineStep = QueuedDownloadStatus | 'preparing' | 'prepared' | 'downloading' | 'file' | 'retrying';

/** One step of an export. */
export interface TimelineEntry {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly step: TimelineStep;
  /** The file, or why something is repeated. */
  readonly detail?: string;
}

/** The timelines of a list of exports. */
export interface Timelines {
  /** Called with each state, in order; a state that is passed again changes nothing. */
  readonly onState: (state: Pick<DownloadQueueState, 'downloads'>) => void;
  readonly onEvent: (event: QueuedDownloadEvent) => void;
  readonly of: (id: string) => readonly TimelineEntry[];
}

/** Entries that are kept of an export: the first one, and the latest. */
const MAX_ENTRIES = 60;

/** Files of an export up to which each saved file has an entry. */
const MAX_FILES = 20;

interface Recorded {
  entries: readonly TimelineEntry[];
  status: QueuedDownloadStatus | undefined;
  /** Steps of this run that are recorded once. */
  once: Set<TimelineStep>;
  files: number;
}

/** Creates empty timelines. */
export const createTimelines = (now: () => number = Date.now): Timelines => {
  const all = new Map<string, Recorded>();
  const recordOf = (id: string): Recorded => {
    const record = all.get(id) ?? { entries: [], status: undefined, once: new Set(), files: 0 };
    all.set(id, record);
    return record;
  };
  const add = (record: Recorded, step: TimelineStep, detail?: string): void => {
    const entry = { at: now(), step, ...(detail === undefined ? {} : { detail }) };
    const { entries } = record;
    record.entries = [...entries.slice(0, 1), ...entries.slice(1).slice(2 - MAX_ENTRIES), entry];
  };
  const addOnce = (record: Recorded, step: TimelineStep): void => {
    if (!record.once.has(step)) add(record, step);
    record.once.add(step);
  };
  return {
    onState: ({ downloads }) => {
      const ids = new Set(downloads.map(({ id }) => id));
      for (const id of all.keys()) if (!ids.has(id)) all.delete(id);
      for (const { id, status, reason } of downloads) {
        const record = recordOf(id);
        if (record.status === status) continue;
        record.status = status;
        if (status === 'running') record.once = new Set();
        add(record, status, status === 'failed' ? reason : undefined);
      }
    },
    onEvent: ({ id, event }) => {
      const record = recordOf(id);
      if (event.type === 'opened') {
        record.files = event.files.length;
        addOnce(record, 'preparing');
      }
      if (event.type === 'status' && event.status === 'PREPARED') addOnce(record, 'prepared');
      if (event.type === 'progress') addOnce(record, 'downloading');
      if (event.type === 'retrying') add(record, 'retrying', event.error.message);
      if (event.type === 'saved' && record.files <= MAX_FILES) add(record, 'file', event.file);
    },
    of: (id) => all.get(id)?.entries ?? [],
  };
};
