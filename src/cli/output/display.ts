/** Shows a download: live lines on a terminal, one per file and one for the total; plain lines elsewhere. */

import { asyncScheduler, auditTime, connect, finalize, ignoreElements, merge, tap, type MonoTypeOperatorFunction } from 'rxjs';
import { snapshots, type DownloadEvent, type DownloadSnapshot } from '../../index.ts';
import { layoutDownload } from './live-layout.ts';
import { createLiveLines } from './live-lines.ts';
import { closedLine, failedLine, plainDisplay, quietDisplay, retryingLine, warningLine } from './plain-display.ts';

/** Milliseconds between two updates of the live lines. */
const DRAW_INTERVAL = 80;

/** How progress is displayed: `auto` is `live` on a terminal that can redraw lines, else `plain`. */
export type Progress = 'auto' | 'plain' | 'none';

/** Prints the events of a download to a stream as they pass. */
export const display = (
  stream: NodeJS.WriteStream,
  progress: Progress = 'auto',
  env: Readonly<Record<string, string | undefined>> = process.env,
): MonoTypeOperatorFunction<DownloadEvent> => {
  if (progress === 'none') return quietDisplay((line) => stream.write(`${line}\n`));
  const isLive = progress === 'auto' && stream.isTTY && env['TERM'] !== 'dumb' && !env['CI'];
  return isLive ? liveDisplay(stream) : plainDisplay((line) => stream.write(`${line}\n`));
};

/** Event types that print a permanent line above the live lines; the subscriber prints the one for `saved`. */
const hasPermanentLine: ReadonlySet<DownloadEvent['type']> = new Set(['retrying', 'warning', 'saved', 'failed', 'closed']);

/** Redraws the state of a download in place, and erases it at the end. */
export const liveDisplay = (stream: NodeJS.WriteStream): MonoTypeOperatorFunction<DownloadEvent> => {
  const lines = createLiveLines(stream);
  const preparingSince = new Map<string, number>();
  const draw = (snapshot: DownloadSnapshot): void => {
    const now = asyncScheduler.now();
    lines.draw((size) => layoutDownload(snapshot, size, (name) => now - (preparingSince.get(name) ?? now)));
  };
  let skipped = 0;
  return connect((events$) => {
    const drawing$ = events$.pipe(snapshots(), auditTime(DRAW_INTERVAL), tap(draw), ignoreElements());
    // Permanent lines are printed where the live lines were; these are drawn again below.
    const printing$ = events$.pipe(
      tap((event) => {
        if (event.type === 'status' && event.status === 'PREPARING' && !preparingSince.has(event.file))
          preparingSince.set(event.file, asyncScheduler.now());
        if (hasPermanentLine.has(event.type)) lines.erase();
        if (event.type === 'retrying') stream.write(`${retryingLine(event)}\n`);
        if (event.type === 'warning') stream.write(`${warningLine(event)}\n`);
        if (event.type === 'failed') stream.write(`${failedLine(event)}\n`);
        if (event.type === 'saved' && event.skipped === true) skipped += 1;
        if (event.type === 'closed') stream.write(`${closedLine(event, skipped)}\n`);
      }),
    );
    return merge(drawing$, printing$).pipe(finalize(lines.close));
  });
};
