/** A simulated terminal for the live display: what was written, and what is visible. */

import { Writable } from 'node:stream';

/** Creates a terminal of this size. */
export const terminal = (columns: number, rows = 24) => {
  let written = '';
  const stream = Object.assign(
    new Writable({
      decodeStrings: false,
      write: (text: string, _, done) => {
        written += text;
        done();
      },
    }),
    { isTTY: true, columns, rows, getColorDepth: () => 8, hasColors: () => true },
  );
  return {
    // The display uses no other members of a terminal.
    stream: stream as unknown as NodeJS.WriteStream,
    written: () => written,
    /** The visible lines, without colors and without empty lines at the end. */
    visible: () => screen(written),
    /** Changes the size. */
    resize: (size: { columns?: number; rows?: number }) => Object.assign(stream, size),
  };
};

// eslint-disable-next-line no-control-regex -- escape sequences begin with one
const tokens = /\u001b\[[\d;]*[A-Za-z]|[^]/gu;

/** Interprets the sequences that the display uses: line breaks, cursor up, cursor to the left, clear below. Throws on any other. */
const screen = (written: string): readonly string[] => {
  const lines: string[] = [''];
  let row = 0;
  let column = 0;
  for (const [token] of written.matchAll(tokens)) {
    const [, count, command] = /^.\[([\d;]*)([A-Za-z])$/su.exec(token) ?? [];
    if (command === 'm') continue;
    if (command === 'A') row = Math.max(row - Number(count), 0);
    else if (command === 'G') column = Number(count) - 1;
    else if (command === 'J') {
      lines.length = row + 1;
      lines[row] = (lines[row] ?? '').slice(0, column);
    } else if (command !== undefined) throw new Error(`Unexpected escape sequence: ${JSON.stringify(token)}`);
    else if (token === '\n') {
      row += 1;
      column = 0;
      lines[row] ??= '';
    } else {
      const line = lines[row] ?? '';
      lines[row] = line.slice(0, column) + token + line.slice(column + 1);
      column += 1;
    }
  }
  while (lines.at(-1) === '') lines.pop();
  return lines;
};
