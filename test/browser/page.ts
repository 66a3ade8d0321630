/** The program of the page: a browser application in the smallest form. Tests call its functions with `page.evaluate`. */

import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import {
  createDownloadSession,
  download,
  isContentLibraryError,
  listLibraries,
  preparation,
  prepareDownloadFile,
  toBlob,
  vcenter,
  watchDownloadSession,
  type DownloadOptions,
  type VCenterOptions,
} from 'rx-content-library';
import { concatMap, lastValueFrom, map, takeWhile, tap, timeout, type Observable } from 'rxjs';

/** Options of a connection, as data. */
export type PageOptions = Pick<VCenterOptions, 'dialect' | 'downloadHost' | 'retry' | 'timeout'> & { readonly server?: string };

const credentials = { username: 'administrator@vsphere.local', password: 'secret' };

const connect = (options: PageOptions) =>
  vcenter({ server: `${location.origin}/vcenter`, downloadHost: location.origin, credentials, ...options });

const createHash = (algorithm: string) => {
  if (algorithm !== 'SHA1') return undefined;
  const hash = sha1.create();
  return { update: (bytes: Uint8Array) => void hash.update(bytes), digest: () => bytesToHex(hash.digest()) };
};

/** Returns the facts of a failure that the page can show. */
const toPlain = (thrown: unknown) =>
  isContentLibraryError(thrown) ? { tag: thrown._tag, message: thrown.message } : { tag: 'none', message: String(thrown) };

const settled = async <A>(stream$: Observable<A>) =>
  lastValueFrom(stream$).then(
    (value) => ({ value }),
    (thrown: unknown) => ({ error: toPlain(thrown) }),
  );

const application = {
  /** Downloads an item; resolves with the size and the SHA-256 of every Blob. */
  download: async (item: string, options: PageOptions = {}, downloadOptions: DownloadOptions = {}) => {
    const sink = toBlob({ createHash });
    const files: Record<string, { size: number; sha256: string; verified: string }> = {};
    const saved$ = download(connect(options), item, sink, downloadOptions).pipe(
      concatMap(async (event) => {
        if (event.type !== 'saved') return files;
        const bytes = await (sink.blob(event.file) ?? new Blob()).arrayBuffer();
        const sha256 = bytesToHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
        files[event.file] = { size: bytes.byteLength, sha256, verified: event.verified };
        return files;
      }),
    );
    return settled(saved$);
  },
  /** Starts a download that the page does not wait for; resolves when it receives bytes. */
  startDownload: async (item: string, options: PageOptions = {}): Promise<void> =>
    new Promise((resolve, reject) => {
      download(connect(options), item, toBlob()).subscribe({
        next: ({ type }) => {
          if (type === 'progress') resolve();
        },
        error: reject,
      });
    }),
  /** Prepares a file, and polls that file until it is prepared; resolves with the statuses. */
  preparation: async (item: string, file: string) => {
    const vc = connect({});
    const statuses: string[] = [];
    const statuses$ = createDownloadSession(vc, item).pipe(
      concatMap((session) => preparation(vc, session, file, { period: 50, patience: 5_000 })),
      tap(({ status }) => void statuses.push(String(status))),
      map(() => statuses),
    );
    return settled(statuses$);
  },
  /** Watches a session until the file of an item is prepared; resolves with the statuses. */
  watch: async (item: string, file: string) => {
    const vc = connect({});
    const statuses: string[] = [];
    const watched$ = createDownloadSession(vc, item).pipe(
      concatMap((session) => prepareDownloadFile(vc, session, file).pipe(map(() => session))),
      concatMap((session) => watchDownloadSession(vc, session, { period: 50 })),
      map(({ files }) => files[0]?.status ?? 'none'),
      tap((status) => void statuses.push(String(status))),
      takeWhile((status) => status !== 'PREPARED', true),
      timeout({ first: 5_000, each: 5_000 }),
      map(() => statuses),
    );
    return settled(watched$);
  },
  /** Lists the libraries of a server; resolves with their ids. */
  libraries: async (options: PageOptions) => settled(listLibraries(connect(options))),
};

declare global {
  var application: BrowserApplication;
}

/** The functions of the page. */
export type BrowserApplication = typeof application;

globalThis.application = application;
