/** A server for a page and for its vCenter: the page reaches API and files at its own origin. */

import { download, findItems, logout, toBlob, vcenter, type Credentials } from 'rx-content-library';
import { createSelfSignedCertificate, nodeFetch, serve } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { concatMap, filter, lastValueFrom, toArray } from 'rxjs';

const tls = createSelfSignedCertificate();
const { fetch } = createSimulator();
const simulated = await serve(fetch, { tls });
const target = simulated.url;
const ca = tls.cert;
const page = async (): Promise<Response> => new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } });

// #region server
const fetchFromVCenter = nodeFetch({ ca });

const forward = (request: Request, path: string): Promise<Response> => {
  const forwarded = new Request(target + path, request);
  for (const name of ['host', 'connection', 'accept-encoding']) forwarded.headers.delete(name);
  return fetchFromVCenter(forwarded);
};

const server = await serve((request) => {
  const { pathname, search } = new URL(request.url);
  if (pathname.startsWith('/vcenter/')) return forward(request, pathname.slice('/vcenter'.length) + search);
  return pathname.startsWith('/cls/') ? forward(request, pathname + search) : page();
});
// #endregion

// In a page, the browser defines it.
Object.assign(globalThis, { location: new URL(server.url) });

// #region page
const connect = (credentials: Credentials) =>
  vcenter({ server: `${location.origin}/vcenter`, downloadHost: location.origin, credentials });
// #endregion

const credentials = { username: 'administrator@vsphere.local', password: 'secret' };
const vc = connect(credentials);
const saved$ = findItems(vc, { name: 'debian-12' }).pipe(
  concatMap(([id = '']) => download(vc, id, toBlob())),
  filter(({ type }) => type === 'saved'),
  toArray(),
);
console.log(await lastValueFrom(saved$));
await lastValueFrom(logout(vc), { defaultValue: undefined });
await server.close();
await simulated.close();
