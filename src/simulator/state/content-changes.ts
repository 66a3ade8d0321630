/** Changes of items' content at a moment of the scenario. */

import type { SimulatorClock } from '../options/options.ts';
import type { ContentChange } from '../options/scenario.ts';
import type { Catalog, StoredFile, StoredItem } from './catalog.ts';
import { generatedContent, inlineContent } from './content.ts';

/** The content changes of a scenario. */
export interface ContentChanges {
  /** Makes the changes whose time has come. */
  readonly applyDue: () => void;
  /** Counts bytes of a file that are served, and makes the changes that wait for them. */
  readonly served: (file: StoredFile, count: number) => void;
}

/** A change with its progress. */
interface PendingChange {
  readonly change: ContentChange;
  /** The items that change, with their files that change. */
  readonly targets: readonly (readonly [item: StoredItem, files: readonly StoredFile[]])[];
  /** Number of bytes of these files that were served. */
  servedBytes: number;
}

/** Creates the changes of a scenario, none of which has happened. */
export const createContentChanges = (
  changes: readonly ContentChange[],
  { items }: Catalog,
  clock: SimulatorClock,
  seed: number,
): ContentChanges => {
  const startedAt = clock.now();
  const targetsOf = ({ item, file }: ContentChange): PendingChange['targets'] =>
    [...items.values()]
      .filter(({ id, name }) => item === undefined || item === id || item === name)
      .map((each) => [each, each.files.filter(({ name }) => file === undefined || file === name)] as const)
      .filter(([, files]) => files.length > 0);
  let pending = changes.map((change): PendingChange => ({ change, targets: targetsOf(change), servedBytes: 0 }));
  const applyIf = (isDue: (each: PendingChange) => boolean): void => {
    const due = pending.filter(isDue);
    pending = pending.filter((each) => !due.includes(each));
    for (const { change, targets } of due)
      for (const [item, files] of targets) changeItem(change, item, files, seed, clock.now());
  };
  return {
    applyDue: () => applyIf(({ change }) => 'after' in change && clock.now() >= startedAt + change.after),
    served: (file, count) => {
      if (pending.length === 0) return;
      for (const each of pending) if (each.targets.some(([, files]) => files.includes(file))) each.servedBytes += count;
      applyIf(({ change, servedBytes }) => 'afterBytes' in change && servedBytes >= change.afterBytes);
    },
  };
};

const changeItem = (
  { size, content, contentVersion }: ContentChange,
  item: StoredItem,
  files: readonly StoredFile[],
  seed: number,
  now: number,
): void => {
  item.contentVersion = contentVersion ?? nextVersion(item.contentVersion);
  item.version = nextVersion(item.version);
  item.lastModifiedTime = new Date(now).toISOString();
  item.laterChanges.push({ version: item.version, time: item.lastModifiedTime });
  for (const file of files) {
    file.version = nextVersion(file.version);
    // Bodies that are being read continue with the old content, as from an open file.
    file.content =
      content === undefined
        ? generatedContent(size ?? file.content.size, `${item.id}/${file.name}/${file.version}`, seed)
        : inlineContent(content);
    file.storedSize = file.content.size;
  }
};

const nextVersion = (version: string): string => (/^\d+$/.test(version) ? String(Number(version) + 1) : `${version}.1`);
