/** Options refuse names and values that they do not have, and are never written to. */

import { download, listLibraries, preparation, prepareDownloadFile, vcenter } from 'rx-content-library';
import type { DownloadEvent, DownloadFileInfo, Sink, VCenter, VCenterOptions } from 'rx-content-library';
import type { Observable } from 'rxjs';

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
  // @ts-expect-error 2345: without credentials there is no connection
  vcenter({ server }),
  // @ts-expect-error 2322: a user without a password is neither kind of credentials
  vcenter({ server, credentials: { username: 'root' } }),
];

// @ts-expect-error 2345: an object that has a server is no connection
export const stranger = listLibraries({ server });

export const streams = (vc: VCenter): readonly Observable<DownloadFileInfo>[] => [
  preparation(vc, 'session', 'disk.vmdk'),
  preparation(vc, 'session', 'disk.vmdk', {
    endpointType: 'DIRECT',
    patience: 60_000,
    period: (info, waited) => info.bytes_transferred + waited,
  }),
  prepareDownloadFile(vc, 'session', 'disk.vmdk', { endpointType: 'HTTPS' }),
  // @ts-expect-error 2322: there is no such endpoint type
  prepareDownloadFile(vc, 'session', 'disk.vmdk', { endpointType: 'FTP' }),
  // @ts-expect-error 2322: there is no such endpoint type
  preparation(vc, 'session', 'disk.vmdk', { endpointType: 'FTP' }),
  // @ts-expect-error 2353: it is called period
  preparation(vc, 'session', 'disk.vmdk', { interval: 1000 }),
  // @ts-expect-error 2322: milliseconds are a number
  preparation(vc, 'session', 'disk.vmdk', { patience: '1m' }),
  // @ts-expect-error 2554: which file?
  preparation(vc, 'session'),
];

export const story = (vc: VCenter, sink: Sink): readonly Observable<DownloadEvent>[] => [
  download(vc, 'item', sink, { concurrency: 4, continueOnError: true, files: (name) => name.endsWith('.ovf') }),
  // @ts-expect-error 2353: there is no such option
  download(vc, 'item', sink, { parallel: 4 }),
];

export const overwritten = (options: VCenterOptions): void => {
  // @ts-expect-error 2540: options are read-only
  options.server = server;
};

// @ts-expect-error 2345: an address is no connection yet
export const unconnected = listLibraries(server);
