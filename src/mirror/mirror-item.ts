/** Mirrors one version of an item. */

import { catchError, concat, concatMap, defer, from, ignoreElements, map, of, tap, throwError, type Observable } from 'rxjs';
import type { VCenter } from '../connection/vcenter.ts';
import { download } from '../download/download.ts';
import type { DownloadEvent, DownloadOpened, DownloadSaved } from '../download/events.ts';
import { getItem } from '../endpoints/item.ts';
import { AuthenticationError, isContentLibraryError, type ContentLibraryError } from '../errors/index.ts';
import { bracket } from '../operators/bracket.ts';
import { assertKnownOptions } from '../options/index.ts';
import type { MirrorDownload, MirrorEvent, MirrorMirrored } from './events.ts';
import type { ItemManifest, ManifestFile } from './item-manifest.ts';
import { MIRROR_DOWNLOAD_OPTIONS, type MirrorDownloadOptions } from './options.ts';
import type { ItemVersion, ItemWriter, MirrorTarget } from './target.ts';

interface MirrorItemContext {
  readonly vc: VCenter;
  readonly target: MirrorTarget;
  readonly options: MirrorDownloadOptions;
}

/** How often an item is planned again, in one comparison, because its content has changed. */
const MAX_VERSIONS = 3;

/** The download has opened another content version than was planned. */
class SupersededError extends Error {
  readonly contentVersion: string;
  constructor(contentVersion: string) {
    super('superseded');
    this.contentVersion = contentVersion;
  }
}

/**
 * Downloads a version of an item and publishes it in the target. If the content changes in the meantime, the new version is downloaded.
 *
 * - Emits: `download` for each event of the download, then `mirrored`; `superseded` if the content has changed; `failed` if the item cannot
 *   be mirrored.
 * - Completes: after `mirrored` or `failed`.
 * - Errors: with an `AuthenticationError`, which concerns every item, and with errors that are not a `ContentLibraryError`.
 * - Unsubscribing: unsubscribes from the download and suspends the writer.
 *
 * @throws TypeError (the stream) if an option is unknown.
 */
export const mirrorItem = (
  vc: VCenter,
  target: MirrorTarget,
  version: ItemVersion,
  options: MirrorDownloadOptions = {},
): Observable<MirrorEvent> =>
  defer(() => {
    assertKnownOptions(options, MIRROR_DOWNLOAD_OPTIONS, 'download');
    return mirrorVersion({ vc, target, options }, version, 1);
  });

const mirrorVersion = (context: MirrorItemContext, version: ItemVersion, attempt: number): Observable<MirrorEvent> => {
  const facts = { itemId: version.itemId, itemName: version.itemName };
  const retryWith = (contentVersion: string): Observable<MirrorEvent> =>
    concat(
      of<MirrorEvent>({ type: 'superseded', ...facts, contentVersion: version.contentVersion }),
      mirrorVersion(context, { ...version, contentVersion }, attempt + 1),
    );
  const fail = (error: ContentLibraryError): Observable<MirrorEvent> => of({ type: 'failed', ...facts, error });

  return writeItem(context, version).pipe(
    catchError((thrown: unknown): Observable<MirrorEvent> => {
      if (thrown instanceof SupersededError) return retryWith(thrown.contentVersion);
      if (!isContentLibraryError(thrown) || thrown instanceof AuthenticationError) return throwError(() => thrown);
      if (attempt >= MAX_VERSIONS) return fail(thrown);
      // The download may have failed because the content has changed.
      return getItem(context.vc, version.itemId).pipe(
        map(({ content_version }) => content_version),
        catchError(() => of(undefined)),
        concatMap((current) =>
          current === undefined || current === version.contentVersion || version.contentVersion === ''
            ? fail(thrown)
            : retryWith(current),
        ),
      );
    }),
  );
};

const writeItem = (
  { vc, target, options }: MirrorItemContext,
  version: ItemVersion,
): Observable<MirrorDownload | MirrorMirrored> =>
  bracket({
    acquire: defer(() => from(target.open(version))).pipe(
      map((writer) => ({ writer, state: { isDone: false, isSuperseded: false } })),
    ),
    use: ({ writer, state }) => {
      const saved: DownloadSaved[] = [];
      let transferred = 0;
      const received = new Map<string, number>();
      const observe = (event: DownloadEvent): void => {
        if (event.type === 'saved') saved.push(event);
        if (event.type !== 'progress') return;
        transferred += Math.max(0, event.received - (received.get(event.file) ?? 0));
        received.set(event.file, event.received);
      };
      return concat(
        download(vc, { id: version.itemId, name: version.itemName }, writer.sink, {
          ...options,
          sha256: options.sha256 ?? true,
        }).pipe(
          tap((event) => {
            observe(event);
            if (event.type !== 'opened' || !isOther(event, version)) return;
            state.isSuperseded = true;
            throw new SupersededError(event.contentVersion);
          }),
          map((event): MirrorDownload => ({ type: 'download', itemId: version.itemId, itemName: version.itemName, event })),
        ),
        defer(() => from(publish(writer, version, saved))).pipe(
          tap(() => {
            state.isDone = true;
          }),
          ignoreElements(),
        ),
        defer(() => of(mirroredEvent(version, saved, transferred))),
      );
    },
    release: ({ writer, state }) =>
      defer(() => {
        if (state.isDone) return of(undefined);
        if (state.isSuperseded || writer.suspend === undefined) return from(writer.discard());
        return from(writer.suspend());
      }),
  });

const isOther = ({ contentVersion }: DownloadOpened, version: ItemVersion): boolean =>
  contentVersion !== '' && version.contentVersion !== '' && contentVersion !== version.contentVersion;

const publish = (writer: ItemWriter, version: ItemVersion, saved: readonly DownloadSaved[]): Promise<void> => {
  const { libraryId, itemId, itemName, contentVersion } = version;
  const manifest: ItemManifest = {
    v: 1,
    libraryId,
    itemId,
    itemName,
    contentVersion,
    files: saved.map(toManifestFile).toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    at: new Date().toISOString(),
  };
  return writer.publish(manifest);
};

const toManifestFile = ({ file, bytes, verified, checksum, sha256 }: DownloadSaved): ManifestFile => ({
  name: file,
  bytes,
  verified,
  ...(checksum === undefined ? {} : { checksum: { algorithm: checksum.algorithm, value: checksum.value } }),
  ...(sha256 === undefined ? {} : { sha256 }),
});

const mirroredEvent = (
  { itemId, itemName, contentVersion }: ItemVersion,
  saved: readonly DownloadSaved[],
  transferred: number,
): MirrorMirrored => ({
  type: 'mirrored',
  itemId,
  itemName,
  contentVersion,
  files: saved.length,
  bytes: saved.reduce((sum, { bytes }) => sum + bytes, 0),
  transferred,
});
