/** The exports of the page itself. They are kept over a reload, if the browser has storage for them. */

import type { VCenter } from 'rx-content-library';
import { auditTime } from 'rxjs';
import { restoreExportList, type Exports } from '../../shared/export-list.ts';
import type { ExportRow, ExportsState } from '../../shared/exports.ts';
import { openPageStorage, type PageStorage } from './page-storage.ts';

/** The exports of the page. */
export interface PageExports {
  readonly exports: Exports;
  readonly isKept: boolean;
  /** Passes the files of a saved export to the downloads of the browser. */
  readonly save: (row: ExportRow) => Promise<void>;
}

/** Milliseconds between two writes of the list. */
const PERIOD = 500;

/** Milliseconds after which the browser has started to save a file. */
const SAVE_TIME = 60_000;

/**
 * Opens the exports of a user. Those that were waiting or running when the page ended go on.
 *
 * @param onState - called with each state
 */
export const openPageExports = async (
  vc: VCenter,
  owner: string,
  onState: (state: ExportsState) => void,
): Promise<PageExports> => {
  const storage = await openPageStorage(owner);
  const exports = createExports(vc, storage);
  const write = (): void => storage.write(exports.serialize());
  exports.state$.subscribe(onState);
  exports.state$.pipe(auditTime(PERIOD)).subscribe(({ rows }) => {
    write();
    void storage.keepOnly(rows.map(({ id }) => id));
  });
  addEventListener('pagehide', write);
  return {
    exports,
    isKept: storage.isKept,
    save: async ({ id, progress }) => {
      for (const { name } of progress?.files ?? []) {
        const blob = await storage.sinkOf(id).blob(name);
        if (blob === undefined) continue;
        const link = document.createElement('a');
        link.href = URL.createObjectURL(blob);
        link.download = name;
        link.click();
        setTimeout(() => URL.revokeObjectURL(link.href), SAVE_TIME);
      }
    },
  };
};

const createExports = (vc: VCenter, { read, sinkOf }: PageStorage): Exports =>
  restoreExportList(
    vc,
    { pathOf: (libraryName, itemName) => `${libraryName}/${itemName}`, toSink: ({ id }) => sinkOf(id) },
    { restore: read() },
  );
