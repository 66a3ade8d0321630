/** `content-library export --dry-run`: what an export would download, without a download session. */

import { resolve } from 'node:path';
import { concatMap, defer, from, ignoreElements, reduce, tap, type Observable } from 'rxjs';
import type { ItemFileInfo, VCenter } from '../../index.ts';
import { compareFile, type FileComparison } from '../../node/index.ts';
import { formatBytes, formatFileCount, jsonLine, replaceControlCharacters } from '../output/format.ts';
import { listFilesAt } from '../paths/find.ts';
import { freeSpace } from '../paths/free-space.ts';

/** What an export would do with a file. */
interface PlannedExport {
  readonly type: 'plan';
  readonly file: string;
  /**
   * - `download`: it is not there, or would be replaced.
   * - `skip`: it is there, with the checksum that the library states.
   * - `refuse`: another file has its name.
   * - `compare`: it is there; whether it is the same is known once vCenter states a checksum.
   */
  readonly action: 'download' | 'skip' | 'refuse' | 'compare';
  /** Bytes on the storage of the library; not set if the file is not cached there. */
  readonly size?: number;
}

/** Prints what would be done with each file, and the space that it needs. */
export const dryRunWith = (
  vc: VCenter,
  path: string,
  destination: string,
  flags: { readonly force: boolean; readonly json: boolean },
): Observable<unknown> => {
  const output = destination === '-' ? process.stderr : process.stdout;
  return listFilesAt(vc, path).pipe(
    concatMap((files) => from(files)),
    concatMap((file) => planFile(file, destination, flags.force)),
    tap((planned) => void output.write(flags.json ? jsonLine(planned) : `${line(planned)}\n`)),
    reduce((all: readonly PlannedExport[], planned) => [...all, planned], []),
    concatMap((all) => defer(() => summary(all, destination))),
    tap((text) => {
      if (!flags.json) output.write(`${text}\n`);
    }),
    ignoreElements(),
  );
};

const planFile = async (file: ItemFileInfo, destination: string, force: boolean): Promise<PlannedExport> => {
  const { result }: Pick<FileComparison, 'result'> =
    destination === '-' ? { result: 'missing' } : await compareFile(destination, file);
  const size = file.cached ? { size: file.size } : {};
  return { type: 'plan', file: file.name, action: force && result !== 'same' ? 'download' : ACTIONS[result], ...size };
};

const ACTIONS: Readonly<Record<FileComparison['result'], PlannedExport['action']>> = {
  missing: 'download',
  same: 'skip',
  different: 'refuse',
  unknown: 'compare',
};

const TEXTS: Readonly<Record<PlannedExport['action'], string>> = {
  download: 'would be downloaded',
  skip: 'already present, checksum verified',
  refuse: 'would be refused: another file has this name. Choose another directory, or replace it with --force',
  compare: 'would be compared with the checksum that vCenter states once it is prepared',
};

const line = ({ file, action, size }: PlannedExport): string =>
  [replaceControlCharacters(file), ...(size === undefined ? ['not cached'] : [formatBytes(size)]), TEXTS[action]].join('  ');

const summary = async (planned: readonly PlannedExport[], destination: string): Promise<string> => {
  const downloads = planned.filter(({ action }) => action === 'download');
  const needed = downloads.reduce((sum, { size = 0 }) => sum + size, 0);
  const isKnown = downloads.every(({ size }) => size !== undefined);
  const free = destination === '-' ? undefined : await freeSpace(resolve(destination));
  return [
    `${formatFileCount(downloads.length)} would be downloaded, ${isKnown ? 'about' : 'more than'} ${formatBytes(needed)}`,
    ...(free === undefined ? [] : [`${formatBytes(free)} are free`]),
  ]
    .join('; ')
    .concat('.');
};
