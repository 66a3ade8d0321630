/** A download before the reader's eyes: live lines on a terminal, a plain line now and then elsewhere. */

import type { MonoTypeOperatorFunction } from 'rxjs';
import type { DownloadEvent } from '../index.ts';
import { liveDisplay } from './live-display.ts';
import { plainDisplay } from './plain-display.ts';

/** Draws what passes. */
export const display = (stream: NodeJS.WriteStream): MonoTypeOperatorFunction<DownloadEvent> =>
  stream.isTTY ? liveDisplay(stream) : plainDisplay((line) => stream.write(`${line}\n`));
