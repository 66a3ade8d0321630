/** Options accept known names and values only, and are read-only. */

import { download, listLibraries, preparation, prepareDownloadFile, vcenter, watchDownloadSession } from 'rx-content-library';
import type {
  CreateDownloadSessionOptions,
  DownloadEvent,
  DownloadFileInfo,
  DownloadOptions,
  FileRetryOptions,
  FileSystemDirectoryOptions,
  KeepAliveOptions,
  ListDownloadSessionsOptions,
  Period,
  PreparationOptions,
  PrepareDownloadFileOptions,
  RetryNotice,
  RetryOptions,
  Sink,
  SinkOptions,
  SnapshotOptions,
  SyncItemOptions,
  VCenter,
  VCenterOptions,
  WatchedSession,
  WatchOptions,
  WithVCenterOptions,
} from 'rx-content-library';
import type { DirectoryOptions, NodeFetchOptions, SelfSignedOptions, ServeOptions } from 'rx-content-library/node';
import type { SimulatorOptions } from 'rx-content-library/simulator';
import { BehaviorSubject, merge, of, Subject, type Observable } from 'rxjs';

const server = 'https://vcenter.example.com';
const credentials = { username: 'administrator@vsphere.local', password: 'secret' };

export const connections = [
  vcenter({ server, credentials }),
  vcenter({ server: new URL(server), credentials: () => Promise.resolve(credentials), dialect: 'rest', timeout: 1000 }),
  vcenter({ server, credentials: { sessionId: 'id' }, fetch }),
  // @ts-expect-error 2353: there is no such option
  vcenter({ server, credentials, retries: 3 }),
  // @ts-expect-error 2322: there is no such dialect
  vcenter({ server, credentials, dialect: 'soap' }),
  // @ts-expect-error 2345: credentials are required
  vcenter({ server }),
  // @ts-expect-error 2322: a user name needs a password
  vcenter({ server, credentials: { username: 'root' } }),
];

// @ts-expect-error 2345: an object with a server is not a connection
export const lookalike = listLibraries({ server });

export const streams = (vc: VCenter): readonly Observable<DownloadFileInfo>[] => [
  preparation(vc, 'session', 'disk.vmdk'),
  preparation(vc, 'session', 'disk.vmdk', {
    endpointType: 'DIRECT',
    patience: 60_000,
    period: (info, elapsed) => info.bytes_transferred + elapsed,
  }),
  preparation(vc, 'session', 'disk.vmdk', { period: new BehaviorSubject(1000), onRetry: new Subject<RetryNotice>(), seed: 7 }),
  preparation(vc, 'session', 'disk.vmdk', {
    period: of<Period<DownloadFileInfo>>((info, _, sinceProgress) => info.bytes_transferred + sinceProgress),
  }),
  // @ts-expect-error 2322: periods are numbers or functions
  preparation(vc, 'session', 'disk.vmdk', { period: of('1 s') }),
  // @ts-expect-error 2322: onRetry is called with a RetryNotice
  preparation(vc, 'session', 'disk.vmdk', { onRetry: new Subject<string>() }),
  prepareDownloadFile(vc, 'session', 'disk.vmdk', { endpointType: 'HTTPS' }),
  // @ts-expect-error 2322: there is no such endpoint type
  prepareDownloadFile(vc, 'session', 'disk.vmdk', { endpointType: 'FTP' }),
  // @ts-expect-error 2322: there is no such endpoint type
  preparation(vc, 'session', 'disk.vmdk', { endpointType: 'FTP' }),
  // @ts-expect-error 2353: the option is named period
  preparation(vc, 'session', 'disk.vmdk', { interval: 1000 }),
  // @ts-expect-error 2322: milliseconds are a number
  preparation(vc, 'session', 'disk.vmdk', { patience: '1m' }),
  // @ts-expect-error 2554: the file name is required
  preparation(vc, 'session'),
];

export const watches = (vc: VCenter): Observable<WatchedSession> =>
  merge(
    watchDownloadSession(vc, 'session', { period: ({ files }) => files.length * 1000, whileHidden: 0 }),
    // @ts-expect-error 2353: watching has no time limit
    watchDownloadSession(vc, 'session', { patience: 1000 }),
  );

export const downloads = (vc: VCenter, sink: Sink): readonly Observable<DownloadEvent>[] => [
  download(vc, 'item', sink, { concurrency: 4, continueOnError: true, files: (name) => name.endsWith('.ovf') }),
  // @ts-expect-error 2353: there is no such option
  download(vc, 'item', sink, { parallel: 4 }),
];

export const overwritten = (options: VCenterOptions): void => {
  // @ts-expect-error 2540: options are read-only
  options.server = server;
};

// @ts-expect-error 2345: an address is not a connection
export const unconnected = listLibraries(server);

/** The options with `undefined` written out, which `exactOptionalPropertyTypes` distinguishes from a missing option. */
type Explicit<Options> = {
  [Name in keyof Options]: object extends Pick<Options, Name> ? Options[Name] | undefined : Options[Name];
};
type Accepts<Options> = (options: Explicit<Options>) => Options;

export const acceptUndefined: readonly [
  Accepts<VCenterOptions>,
  Accepts<WithVCenterOptions>,
  Accepts<RetryOptions>,
  Accepts<PreparationOptions>,
  Accepts<WatchOptions>,
  Accepts<DownloadOptions>,
  Accepts<FileRetryOptions>,
  Accepts<PrepareDownloadFileOptions>,
  Accepts<CreateDownloadSessionOptions>,
  Accepts<ListDownloadSessionsOptions>,
  Accepts<KeepAliveOptions>,
  Accepts<SyncItemOptions>,
  Accepts<SinkOptions>,
  Accepts<FileSystemDirectoryOptions>,
  Accepts<SnapshotOptions>,
  Accepts<DirectoryOptions>,
  Accepts<NodeFetchOptions>,
  Accepts<ServeOptions>,
  Accepts<SelfSignedOptions>,
  Accepts<SimulatorOptions>,
] = [
  (options) => options,
  (options) => options,
  (options) => options,
  (options) => options,
  (options) => options,
  (options) => options,
  (options) => options,
  (options) => options,
  (options) => options,
  (options) => options,
  (options) => options,
  (options) => options,
  (options) => options,
  (options) => options,
  (options) => options,
  (options) => options,
  (options) => options,
  (options) => options,
  (options) => options,
  (options) => options,
];
