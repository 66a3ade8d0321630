/** `content-library watch`: shows a download session and its files until it has ended. */

import cliTruncate from 'cli-truncate';
import { catchError, EMPTY, finalize, tap, throwError, type Observable } from 'rxjs';
import {
  isContentLibraryError,
  watchDownloadSession,
  type DownloadFileInfo,
  type VCenter,
  type WatchedSession,
} from '../../index.ts';
import { notFoundError } from '../command-error.ts';
import { formatBytes, jsonLine, replaceControlCharacters } from '../output/format.ts';
import type { TerminalSize } from '../output/live-layout.ts';
import { createLiveLines } from '../output/live-lines.ts';
import { runConnected } from '../run.ts';
import type { ConnectionFlags } from '../settings/connection.ts';

/** The flags of `watch`. */
export interface WatchFlags {
  readonly json: boolean;
}

/** Prints each change of a session; returns the exit code of its end. */
export const watch = (sessionId: string, flags: ConnectionFlags & WatchFlags): Promise<number> =>
  runConnected(flags, (vc) => watchWith(vc, sessionId, flags));

/**
 * Completes when the session was deleted after its files were prepared, as a client does at the end of a download; errors if it has ended
 * in another way.
 */
export const watchWith = (vc: VCenter, sessionId: string, { json }: WatchFlags): Observable<unknown> => {
  let last: WatchedSession | undefined;
  const isLive = !json && isTerminal(process.stdout, process.env);
  const lines = isLive ? createLiveLines(process.stdout) : undefined;
  return watchDownloadSession(vc, sessionId).pipe(
    tap((watched) => {
      if (lines !== undefined) lines.draw((size) => layoutWatched(watched, size));
      else process.stdout.write(json ? jsonLine(toLine(sessionId, watched)) : changedLines(last, watched).join(''));
      last = watched;
    }),
    catchError((thrown: unknown) => {
      if (!isGone(thrown)) return throwError(() => thrown);
      if (last === undefined)
        return throwError(() =>
          notFoundError(`There is no download session of this user with the id ${sessionId}. See sessions ls.`),
        );
      if (!isPrepared(last)) return throwError(() => thrown);
      lines?.erase();
      if (!json) process.stderr.write('The session was deleted after its files were prepared.\n');
      return EMPTY;
    }),
    finalize(() => {
      lines?.close();
      // The last state stays on the screen.
      if (isLive && last !== undefined) process.stdout.write(changedLines(undefined, last).join(''));
    }),
  );
};

/** Live lines need a terminal that can redraw them, as those of an export do. */
const isTerminal = ({ isTTY }: NodeJS.WriteStream, env: NodeJS.ProcessEnv): boolean =>
  isTTY && env['TERM'] !== 'dumb' && !env['CI'];

/** The session, and as many of its files as the terminal has rows for: those that are being prepared come first. */
export const layoutWatched = (watched: WatchedSession, { columns, rows }: TerminalSize): readonly string[] => {
  const order = (status: string): number => ['ERROR', 'PREPARING', 'PREPARE_REQUESTED', 'PREPARED'].indexOf(status) + 1 || 9;
  const files = watched.files.toSorted((one, other) => order(String(one.status)) - order(String(other.status)));
  const space = Math.max(rows - 3, 1);
  const hidden = files.length - space;
  const lines = [sessionLine(watched), ...files.slice(0, space).map(fileLine), ...(hidden > 0 ? [`+${hidden} more`] : [])];
  return lines.map((line) => cliTruncate(replaceControlCharacters(line), columns - 1, { position: 'middle' }));
};

const isGone = (thrown: unknown): boolean =>
  isContentLibraryError(thrown) && thrown._tag === 'LeaseError' && thrown.ending === 'gone';

/** Files that the client did not request stay `UNPREPARED`. */
const isPrepared = ({ files }: WatchedSession): boolean =>
  files.some(({ status }) => status === 'PREPARED') &&
  files.every(({ status }) => status === 'PREPARED' || status === 'UNPREPARED');

const toLine = (sessionId: string, { session, files }: WatchedSession): object => ({
  type: 'watched',
  id: sessionId,
  itemId: session.library_item_id,
  state: session.state,
  ...(session.client_progress === undefined ? {} : { progress: session.client_progress }),
  ...(session.expiration_time === undefined ? {} : { expires: session.expiration_time }),
  files: files.map(({ name, status, bytes_transferred, size, error_message }) => ({
    name,
    status,
    bytesTransferred: bytes_transferred,
    ...(size === undefined ? {} : { size }),
    ...(error_message?.default_message === undefined ? {} : { message: error_message.default_message }),
  })),
});

const changedLines = (previous: WatchedSession | undefined, { session, files }: WatchedSession): readonly string[] => {
  const before = previous?.session;
  const lines: string[] = [];
  if (before?.state !== session.state || before.client_progress !== session.client_progress)
    lines.push(sessionLine({ session, files }));
  for (const file of files) if (!previous?.files.includes(file)) lines.push(fileLine(file));
  return lines.map((line) => `${replaceControlCharacters(line)}\n`);
};

const sessionLine = ({ session }: WatchedSession): string =>
  `session: ${String(session.state).toLowerCase()}${percent(session.client_progress)}`;

/** Not set, or 0, if the client does not report its progress. */
const percent = (progress = 0): string => (progress === 0 ? '' : `, ${progress} % downloaded`);

const fileLine = ({ name, status, bytes_transferred: copied, size, error_message }: DownloadFileInfo): string => {
  const text = `${name}: ${String(status).toLowerCase().replaceAll('_', ' ')}`;
  if (error_message !== undefined) return `${text}. ${error_message.default_message}`;
  return copied === 0 ? text : `${text}, ${formatBytes(copied)}${size === undefined ? '' : ` of ${formatBytes(size)}`}`;
};
