/** Live lines on a terminal: one a file, one for the whole. */

import { clearScreenDown, cursorTo, moveCursor } from 'node:readline';
import { styleText } from 'node:util';
import { auditTime, connect, finalize, ignoreElements, merge, tap, type MonoTypeOperatorFunction } from 'rxjs';
import { snapshots, type DownloadEvent, type DownloadSnapshot, type FileSnapshot } from '../index.ts';
import { cut, padded, displayWidth } from './text-width.ts';
import { closedLine, failedLine, retryingLine } from './plain-display.ts';
import { bytes, sanitize, time } from './format.ts';

/** Milliseconds between two drawings. */
const drawEvery = 80;
const barWidth = 24;

/** Of what there is a line of its own, here or by whoever comes next. */
const hasOwnLine: ReadonlySet<DownloadEvent['type']> = new Set(['retrying', 'saved', 'failed', 'closed']);

/** Draws the picture of a download again and again at the same place, and takes it away at the end. */
export const liveDisplay = (stream: NodeJS.WriteStream): MonoTypeOperatorFunction<DownloadEvent> => {
  let drawn = 0;
  const erase = (): void => {
    if (drawn === 0) return;
    moveCursor(stream, 0, -drawn);
    cursorTo(stream, 0);
    clearScreenDown(stream);
    drawn = 0;
  };
  const draw = (picture: DownloadSnapshot): void => {
    // Terminals that do not know their size say 0.
    const lines = linesOf(picture, (stream.rows || 24) - 1).map((line) => cut(line, (stream.columns || 80) - 1));
    erase();
    stream.write(lines.map((line) => `${coloured(stream, line)}\n`).join(''));
    drawn = lines.length;
  };
  return connect((events$) => {
    const pictures$ = events$.pipe(snapshots(), auditTime(drawEvery), tap(draw), ignoreElements());
    // Whoever prints a line about a file finds a clean place for it; the picture is drawn again below.
    const clearing$ = events$.pipe(
      tap((event) => {
        if (hasOwnLine.has(event.type)) erase();
        if (event.type === 'retrying') stream.write(`${retryingLine(event)}\n`);
        if (event.type === 'failed') stream.write(`${failedLine(event)}\n`);
        if (event.type === 'closed') stream.write(`${closedLine(event)}\n`);
      }),
    );
    return merge(pictures$, clearing$).pipe(finalize(erase));
  });
};

const linesOf = ({ files, received, total, percent, speed, timeLeft }: DownloadSnapshot, room: number): readonly string[] => {
  const open = files.filter(({ phase }) => phase !== 'saved');
  // With more files than lines, those that move are worth seeing.
  const worth = [...open].sort((a, b) => weight(b) - weight(a)).slice(0, Math.max(room - 2, 1));
  const column = Math.max(...worth.map(({ name }) => displayWidth(sanitize(name))), 'all files'.length);
  const rows = worth.map((file) => `${padded(sanitize(file.name), column)}  ${stateOf(file)}`);
  const whole = [
    percent === undefined ? bytes(received) : `${bar(percent)} ${bytes(received)} of ${bytes(total ?? received)}`,
    ...(speed > 0 ? [`${bytes(speed)}/s`] : []),
    ...(timeLeft === undefined ? [] : [`${time(timeLeft)} left`]),
  ].join('  ');
  return [...rows, `${padded('all files', column)}  ${whole}`];
};

const weight = ({ phase }: FileSnapshot): number => ['waiting', 'preparing', 'verifying', 'downloading'].indexOf(phase);

const stateOf = ({ phase, received, total }: FileSnapshot): string => {
  if (phase !== 'downloading') return phase;
  if (total === undefined || total === 0) return bytes(received);
  return `${bar(Math.min((received / total) * 100, 100))} ${bytes(received)} of ${bytes(total)}`;
};

const bar = (percent: number): string => {
  const full = Math.floor((percent / 100) * barWidth);
  return `${'█'.repeat(full)}${'░'.repeat(barWidth - full)} ${String(Math.floor(percent)).padStart(3)} %`;
};

/** Node leaves the colours out where `NO_COLOR` is set. */
const coloured = (stream: NodeJS.WriteStream, line: string): string =>
  line
    .replace(/█+/, (full) => styleText('cyan', full, { stream }))
    .replace(/(preparing|verifying|waiting)$/, (word) => styleText('dim', word, { stream }));
