/** Lays out a download for a terminal of any size: a line for each file that moves, and one for the total. */

import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import type { DownloadSnapshot, FileSnapshot } from '../../index.ts';
import { formatBytes, formatShortDuration, replaceControlCharacters } from './format.ts';
import { padToWidth } from './table.ts';

/** The size of a terminal. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** The columns of a line after the name, those that stay longest first, with their widths. The rest of the line is a bar. */
const FIELDS = [
  ['percent', 5],
  ['left', 11],
  ['speed', 9],
  ['bytes', 18],
] as const;

type Field = (typeof FIELDS)[number][0];

/** The texts of a line. */
type Line = { readonly name: string; readonly fraction?: number } & Partial<Readonly<Record<Field, string>>> & {
    /** Replaces all columns. */
    readonly text?: string;
  };

/** The least and the greatest number of columns of a bar. */
const [MIN_BAR_WIDTH, MAX_BAR_WIDTH] = [10, 30];

const TOTAL = 'all files';

/** A name is shortened to this many columns before a column is left out. */
const MIN_NAME_WIDTH = 14;

const GAP = '  ';

/**
 * Returns the lines. None is as wide as the terminal, and one row is left for the cursor.
 *
 * @param elapsed - Returns the milliseconds since the preparation of a file began.
 */
export const layoutDownload = (
  snapshot: DownloadSnapshot,
  { columns, rows }: TerminalSize,
  elapsed: (name: string) => number,
): readonly string[] => {
  const moving = snapshot.files.filter(({ phase }) => phase !== 'saved' && phase !== 'failed');
  const maxFiles = Math.max(rows - 2, 0);
  const visible = mostActive(moving, moving.length > maxFiles ? Math.max(maxFiles - 1, 0) : maxFiles);
  const hidden = moving.length - visible.length;
  const lines = [
    ...visible.map((file) => fileLine(file, elapsed(file.name))),
    ...(hidden > 0 && rows > 2 ? [{ name: `+${hidden} more`, text: '' }] : []),
    totalLine(snapshot),
  ];
  return align(lines, Math.max(columns - 1, 1));
};

const ACTIVITY = ['waiting', 'preparing', 'verifying', 'downloading'];

/** Returns the most active files, in their own order, so that lines do not change places. */
const mostActive = (files: readonly FileSnapshot[], count: number): readonly FileSnapshot[] => {
  if (files.length <= count) return files;
  const byActivity = files.toSorted((one, other) => ACTIVITY.indexOf(other.phase) - ACTIVITY.indexOf(one.phase));
  const chosen = new Set(byActivity.slice(0, count));
  return files.filter((file) => chosen.has(file));
};

const fileLine = (file: FileSnapshot, elapsed: number): Line => {
  const { phase, received, total, prepared } = file;
  const name = replaceControlCharacters(file.name);
  if (file.retrying !== undefined) return { name, text: 'retrying' };
  if (phase === 'preparing') {
    const percent = total === undefined || total === 0 ? '' : ` ${percentText(Math.min(prepared / total, 1))}`;
    return { name, text: `preparing${percent}, ${formatShortDuration(elapsed)}` };
  }
  if (phase !== 'downloading') return { name, text: phase };
  const fraction = fractionOf(received, total);
  return {
    name,
    percent: percentText(fraction),
    bytes: bytesText(received, total),
    ...(fraction === undefined ? {} : { fraction }),
  };
};

const totalLine = ({ received, total, speed, timeLeft }: DownloadSnapshot): Line => {
  const fraction = fractionOf(received, total);
  return {
    name: TOTAL,
    percent: percentText(fraction),
    left: `${timeLeft === undefined ? '~' : formatShortDuration(timeLeft)} left`,
    speed: speed > 0 ? `${formatBytes(speed)}/s` : '',
    bytes: bytesText(received, total),
    ...(fraction === undefined ? {} : { fraction }),
  };
};

/** From 0 to 1; `undefined` while the total is unknown. */
const fractionOf = (done: number, total: number | undefined): number | undefined =>
  total === undefined ? undefined : total === 0 ? 1 : Math.min(done / total, 1);

const percentText = (fraction: number | undefined): string => (fraction === undefined ? '~' : `${Math.floor(100 * fraction)} %`);

const bytesText = (received: number, total: number | undefined): string =>
  `${formatBytes(received)} of ${total === undefined ? '~' : formatBytes(total)}`;

const barText = (fraction: number | undefined, width: number): string => {
  const full = Math.floor((fraction ?? 0) * width);
  return fraction === undefined ? '' : '█'.repeat(full) + '░'.repeat(width - full);
};

/** Chooses the columns that fit, shortens names, and aligns all lines. */
const align = (lines: readonly Line[], width: number): readonly string[] => {
  const longestName = Math.max(...lines.map(({ name }) => stringWidth(name)));
  const minNameWidth = Math.min(longestName, MIN_NAME_WIDTH);
  let space = width - minNameWidth;
  const fields: (typeof FIELDS)[number][] = [];
  for (const field of FIELDS) {
    const needed = GAP.length + field[1];
    // The first two stay even if the name becomes shorter.
    if (space < needed && fields.length >= 2) break;
    fields.push(field);
    space -= needed;
  }
  const nameWidth = Math.min(longestName, minNameWidth + space);
  const barWidth = Math.min(minNameWidth + space - nameWidth - GAP.length, MAX_BAR_WIDTH);
  return lines.map(({ name, text, fraction, ...line }) => {
    const texts = text === undefined ? fields.map(([field, size]) => (line[field] ?? '').padStart(size)) : [text];
    const bar = text === undefined && barWidth >= MIN_BAR_WIDTH ? [barText(fraction, barWidth)] : [];
    const shortName =
      nameWidth > 0 ? [padToWidth(cliTruncate(name, nameWidth, { position: 'middle' }), nameWidth, stringWidth)] : [];
    return cliTruncate([...shortName, ...texts, ...bar].join(GAP).trimEnd(), width);
  });
};
