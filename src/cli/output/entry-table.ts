/** The table that `ls` prints. */

import type { IdAndName } from '../paths/find-entries.ts';
import { formatBytes, replaceControlCharacters } from './format.ts';
import { table } from './table.ts';

/** A library, item or file as `--json` prints it. */
export interface Entry {
  readonly type: 'library' | 'item' | 'file';
  readonly id?: string;
  readonly name: string;
  /** Where the entry is, if the path has a pattern before it. */
  readonly library?: IdAndName;
  readonly item?: IdAndName;
  readonly checksum?: { readonly algorithm: unknown; readonly value: string };
  readonly [field: string]: unknown;
}

/** A column of a table: its title, and the text of an entry. */
type Column = readonly [title: string, text: (entry: Entry) => string];

const text = (value: unknown): string => (typeof value === 'string' ? replaceControlCharacters(value) : '');
const field = (name: string) => (entry: Entry) => text(entry[name]);
const sizeText = ({ cached, size }: Entry): string =>
  cached === false ? 'not cached' : typeof size === 'number' ? formatBytes(size) : '';
const checksumText = ({ checksum }: Entry): string =>
  checksum === undefined ? '' : `${text(checksum.algorithm).toLowerCase()}:${text(checksum.value)}`;

const COLUMNS: Readonly<Record<Entry['type'], { readonly short: readonly Column[]; readonly long: readonly Column[] }>> = {
  library: {
    short: [
      ['LIBRARY', field('name')],
      ['TYPE', field('libraryType')],
      ['ID', field('id')],
    ],
    long: [['MODIFIED', field('modified')]],
  },
  item: {
    short: [
      ['ITEM', field('name')],
      ['TYPE', field('itemType')],
      ['ON DISK', sizeText],
      ['ID', field('id')],
    ],
    long: [
      ['VERSION', field('contentVersion')],
      ['MODIFIED', field('modified')],
    ],
  },
  file: {
    short: [
      ['FILE', field('name')],
      ['ON DISK', sizeText],
      ['VERSION', field('version')],
    ],
    long: [['CHECKSUM', checksumText]],
  },
};

/** Of entries of several libraries or items. */
const placeColumns = ({ library, item }: Entry): readonly Column[] => [
  ...(library === undefined ? [] : [['LIBRARY', (entry) => text(entry.library?.name)] satisfies Column]),
  ...(item === undefined ? [] : [['ITEM', (entry) => text(entry.item?.name)] satisfies Column]),
];

/** Returns the lines of a table of entries of one type. */
export const entryTable = async (entries: readonly Entry[], isLong: boolean): Promise<readonly string[]> => {
  const [first] = entries;
  if (first === undefined) return [];
  const { short, long } = COLUMNS[first.type];
  const columns = [...placeColumns(first), ...short, ...(isLong ? long : [])];
  return table([columns.map(([title]) => title), ...entries.map((entry) => columns.map(([, textOf]) => textOf(entry)))]);
};
