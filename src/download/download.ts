/** The whole story: open, list, prepare, transfer, prove, close, whatever happens. */

import { asyncScheduler, concat, defer, of, tap, type Observable } from 'rxjs';
import type { DownloadOptions } from './options.ts';
import type { Closed, DownloadEvent } from './events.ts';
import type { ItemRef } from './opening.ts';
import type { Sink } from '../transfer/sink.ts';
import { storyOf } from './story.ts';
import type { VCenter } from '../connection/vcenter.ts';

/**
 * Downloads the files of an item into a sink: each is complete and proven, or not there.
 *
 * While it runs it keeps the leases of the download session and of the login alive. A file whose connection breaks goes on where it stood,
 * or starts over where the server cannot send the rest alone. A download session that is lost is replaced by another one. Where the files
 * have links of their own (since 9.0) there is no session, unless a link is refused.
 *
 * - Emits: {@link DownloadEvent}s: `opened`, then `status`, `progress`, `retrying`, `lease` and `saved` interleaved, `closed` at last.
 * - Completes: after `closed`, when the download session is deleted.
 * - Errors: with the first failure of a file (unless `continueOnError`) that trying again did not cure, or of the download session; by then
 *   the session was cancelled and deleted. Every error is a `ContentLibraryError`.
 * - Unsubscribing: aborts every transfer, lets the sink keep or discard what is not whole, cancels and deletes the session; `logout` waits
 *   for it.
 */
export const download = (vc: VCenter, item: ItemRef, sink: Sink, options: DownloadOptions = {}): Observable<DownloadEvent> =>
  defer(() => {
    const started = asyncScheduler.now();
    let closed: Closed = { type: 'closed', files: 0, failed: 0, bytes: 0, duration: 0 };
    return concat(
      storyOf({ vc, item: typeof item === 'string' ? { id: item } : item, sink, options }).pipe(
        tap((event) => {
          if (event.type === 'saved') closed = { ...closed, files: closed.files + 1, bytes: closed.bytes + event.bytes };
          if (event.type === 'failed') closed = { ...closed, failed: closed.failed + 1 };
        }),
      ),
      defer(() => of({ ...closed, duration: asyncScheduler.now() - started })),
    );
  });
