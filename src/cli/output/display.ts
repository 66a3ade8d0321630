/** Shows a download: live lines on a terminal, one per file and one for the total; plain lines elsewhere. */

import { clearScreenDown, cursorTo, moveCursor } from 'node:readline';
import { styleText } from 'node:util';
import { auditTime, connect, finalize, ignoreElements, merge, tap, type MonoTypeOperatorFunction } from 'rxjs';
import { snapshots, type DownloadEvent, type DownloadSnapshot, type FileSnapshot } from '../../index.ts';
import { formatBytes, formatDuration, replaceControlCharacters } from './format.ts';
import { closedLine, failedLine, plainDisplay, retryingLine, warningLine } from './plain-display.ts';
import { displayWidth, padToWidth, truncateToWidth } from './text-width.ts';

/** Milliseconds between two updates of the live lines. */
const DRAW_INTERVAL = 80;

/** Columns. */
const BAR_WIDTH = 24;

/** Prints the events of a download to a stream as they pass. */
export const display = (stream: NodeJS.WriteStream): MonoTypeOperatorFunction<DownloadEvent> =>
  stream.isTTY ? liveDisplay(stream) : plainDisplay((line) => stream.write(`${line}\n`));

/** Event types that print a permanent line above the live lines; the subscriber prints the one for `saved`. */
const hasPermanentLine: ReadonlySet<DownloadEvent['type']> = new Set(['retrying', 'warning', 'saved', 'failed', 'closed']);

/** Redraws the state of a download in place, and erases it at the end. */
export const liveDisplay = (stream: NodeJS.WriteStream): MonoTypeOperatorFunction<DownloadEvent> => {
  let drawnLines = 0;
  const erase = (): void => {
    if (drawnLines === 0) return;
    moveCursor(stream, 0, -drawnLines);
    cursorTo(stream, 0);
    clearScreenDown(stream);
    drawnLines = 0;
  };
  const draw = (snapshot: DownloadSnapshot): void => {
    // Terminals of unknown size report 0.
    const lines = linesOf(snapshot, (stream.rows || 24) - 1).map((line) => truncateToWidth(line, (stream.columns || 80) - 1));
    erase();
    stream.write(lines.map((line) => `${colorize(stream, line)}\n`).join(''));
    drawnLines = lines.length;
  };
  let skipped = 0;
  return connect((events$) => {
    const drawing$ = events$.pipe(snapshots(), auditTime(DRAW_INTERVAL), tap(draw), ignoreElements());
    // Permanent lines are printed where the live lines were; these are drawn again below.
    const printing$ = events$.pipe(
      tap((event) => {
        if (hasPermanentLine.has(event.type)) erase();
        if (event.type === 'retrying') stream.write(`${retryingLine(event)}\n`);
        if (event.type === 'warning') stream.write(`${warningLine(event)}\n`);
        if (event.type === 'failed') stream.write(`${failedLine(event)}\n`);
        if (event.type === 'saved' && event.skipped === true) skipped += 1;
        if (event.type === 'closed') stream.write(`${closedLine(event, skipped)}\n`);
      }),
    );
    return merge(drawing$, printing$).pipe(finalize(erase));
  });
};

const linesOf = ({ files, received, total, percent, speed, timeLeft }: DownloadSnapshot, maxLines: number): readonly string[] => {
  const unsaved = files.filter(({ phase }) => phase !== 'saved');
  // If there are more files than lines, the active ones are visible.
  const visible = [...unsaved].sort((a, b) => activity(b) - activity(a)).slice(0, Math.max(maxLines - 2, 1));
  const nameWidth = Math.max(...visible.map(({ name }) => displayWidth(replaceControlCharacters(name))), 'all files'.length);
  const rows = visible.map((file) => `${padToWidth(replaceControlCharacters(file.name), nameWidth)}  ${phaseOf(file)}`);
  const sum = [
    percent === undefined
      ? formatBytes(received)
      : `${bar(percent)} ${formatBytes(received)} of ${formatBytes(total ?? received)}`,
    ...(speed > 0 ? [`${formatBytes(speed)}/s`] : []),
    ...(timeLeft === undefined ? [] : [`${formatDuration(timeLeft)} left`]),
  ].join('  ');
  return [...rows, `${padToWidth('all files', nameWidth)}  ${sum}`];
};

const activity = ({ phase }: FileSnapshot): number => ['waiting', 'preparing', 'verifying', 'downloading'].indexOf(phase);

const phaseOf = ({ phase, received, total }: FileSnapshot): string => {
  if (phase !== 'downloading') return phase;
  if (total === undefined || total === 0) return formatBytes(received);
  return `${bar(Math.min((received / total) * 100, 100))} ${formatBytes(received)} of ${formatBytes(total)}`;
};

const bar = (percent: number): string => {
  const full = Math.floor((percent / 100) * BAR_WIDTH);
  return `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${String(Math.floor(percent)).padStart(3)} %`;
};

/** Node omits the colors if `NO_COLOR` is set. */
const colorize = (stream: NodeJS.WriteStream, line: string): string =>
  line
    .replace(/█+/, (full) => styleText('cyan', full, { stream }))
    .replace(/(preparing|verifying|waiting)$/, (phase) => styleText('dim', phase, { stream }));
