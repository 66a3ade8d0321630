/** Lines at the bottom of a terminal that are drawn again in place. */

import { clearScreenDown, cursorTo, moveCursor } from 'node:readline';
import { styleText } from 'node:util';
import stringWidth from 'string-width';
import type { TerminalSize } from './live-layout.ts';

/** The live lines of a terminal. */
export interface LiveLines {
  /** Replaces the lines by those of `layout`, which is called again when the size of the terminal changes. */
  readonly draw: (layout: (size: TerminalSize) => readonly string[]) => void;
  /** Erases the lines; the next `draw` prints them at the cursor. */
  readonly erase: () => void;
  /** Erases the lines, and stops listening to the terminal. */
  readonly close: () => void;
}

/** Creates live lines, none of which is drawn yet. */
export const createLiveLines = (stream: NodeJS.WriteStream): LiveLines => {
  let drawn: readonly string[] = [];
  let lastLayout: ((size: TerminalSize) => readonly string[]) | undefined;
  // Terminals of unknown size report 0.
  const size = (): TerminalSize => ({ columns: stream.columns || 80, rows: stream.rows || 24 });

  const erase = (): void => {
    if (drawn.length === 0) return;
    // A terminal that became narrower has wrapped the lines.
    const { columns } = size();
    const rows = drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(stringWidth(line) / columns)), 0);
    moveCursor(stream, 0, -rows);
    cursorTo(stream, 0);
    clearScreenDown(stream);
    drawn = [];
  };
  const draw: LiveLines['draw'] = (layout) => {
    lastLayout = layout;
    const lines = layout(size());
    erase();
    stream.write(lines.map((line) => `${colorize(stream, line)}\n`).join(''));
    drawn = lines;
  };
  const redraw = (): void => {
    if (lastLayout !== undefined && drawn.length > 0) draw(lastLayout);
  };
  /** The shell prints where the cursor is: without the lines, nothing is left behind. */
  const stop = (): void => {
    erase();
    process.kill(process.pid, 'SIGSTOP');
  };
  const resume = (): void => {
    // The size may have changed meanwhile; Node reads it only with this signal, which goes to the shell then.
    process.emit('SIGWINCH');
    if (lastLayout !== undefined) draw(lastLayout);
  };
  stream.on('resize', redraw);
  process.on('SIGTSTP', stop);
  process.on('SIGCONT', resume);
  return {
    draw,
    erase,
    close: () => {
      stream.off('resize', redraw);
      process.off('SIGTSTP', stop);
      process.off('SIGCONT', resume);
      erase();
    },
  };
};

/** Node omits the colors if `NO_COLOR` is set. */
const colorize = (stream: NodeJS.WriteStream, line: string): string =>
  line
    .replace(/█+/, (full) => styleText('cyan', full, { stream }))
    .replace(/(?:preparing.*|verifying|waiting|retrying|\+\d+ more)$/, (phase) => styleText('dim', phase, { stream }));
