/** Reads the pages of the documentation. */

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

/** Returns the text of a file of the repository. */
export const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** The guides, in reading order. */
export const guides: readonly string[] = globSync('docs/[0-9]*.md', { cwd: root })
  .map((file) => file.replaceAll('\\', '/'))
  .sort();

/** Returns the cells of the table row that begins with this text. */
export const rowOf = (page: string, label: string): readonly string[] => {
  const rows = read(page)
    .split('\n')
    .filter((line) => line.startsWith(`| ${label}`));
  if (rows.length !== 1) throw new Error(`${page}: expected one row "${label}", found ${rows.length}`);
  return (rows[0] ?? '').split(/(?<!\\)\|/).map((cell) => cell.trim());
};

/** Returns the text between a heading and the next one. */
export const sectionOf = (page: string, heading: string): string => {
  const [, text] = new RegExp(`^#+ ${heading}\\n(.*?)(?=^#|(?![^]))`, 'ms').exec(read(page)) ?? [];
  if (text === undefined) throw new Error(`${page}: no heading "${heading}"`);
  return text;
};
