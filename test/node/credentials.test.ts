import { expect, test } from '@jest/globals';
import { download, listLibraries, withVCenter, type Sink } from 'rx-content-library';
import { nodeFetch, nodeHash, type Handler } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { lastValueFrom, toArray } from 'rxjs';
import { served } from './servers.ts';

const user = { username: 'administrator@vsphere.local', password: 'secret' };
const content = 'bytes of the file';

const fetches: readonly (readonly [string, typeof globalThis.fetch])[] = [
  ['nodeFetch', nodeFetch()],
  ["Node's own fetch", (...request) => globalThis.fetch(...request)],
];

/** A vCenter with one item, and a second origin that counts its requests. */
const twoOrigins = async (home: (vcenter: Handler, elsewhere: string) => Handler) => {
  const simulator = createSimulator({
    users: [user],
    scenario: { preparation: { requested: 0, preparing: 0 } },
    inventory: { libraries: [{ name: 'library', items: [{ id: 'item-1', name: 'item', files: [{ name: 'a.iso', content }] }] }] },
  });
  const reached: { readonly path: string; readonly secrets: readonly string[] }[] = [];
  const elsewhere = await served(async (request) => {
    const secrets = ['vmware-api-session-id', 'authorization', 'cookie'].filter((header) => request.headers.has(header));
    const { pathname, search } = new URL(request.url);
    reached.push({ path: pathname, secrets });
    return simulator.fetch(new Request(`${origin.url}${pathname}${search}`, request));
  });
  let withSession = 0;
  const origin = await served(
    home(async (request) => {
      if (request.headers.has('vmware-api-session-id')) withSession += 1;
      return simulator.fetch(request);
    }, elsewhere.url),
  );
  return { server: origin.url, reached, withSession: () => withSession };
};

/** Keeps the received bytes. */
const memory = () => {
  const parts: Uint8Array[] = [];
  const sink: Sink = {
    createHash: nodeHash,
    open: async () => ({
      write: (bytes) => void parts.push(Uint8Array.from(bytes)),
      commit: async () => undefined,
      discard: async () => void parts.splice(0),
    }),
  };
  return { sink, text: () => Buffer.concat(parts).toString() };
};

const isData = (request: Request): boolean => new URL(request.url).pathname.startsWith('/cls/');

test.each(fetches)('bytes at another origin are requested without credentials, by %s', async (_, fetch) => {
  const { server, reached, withSession } = await twoOrigins((vcenter, elsewhere) => async (request) => {
    const response = await vcenter(request);
    const body = (await response.text()).replaceAll(new URL(request.url).origin, elsewhere);
    return new Response(response.status === 204 ? null : body, { status: response.status, headers: response.headers });
  });
  const { sink, text } = memory();
  await lastValueFrom(withVCenter({ server, credentials: user, fetch }, (vc) => download(vc, 'item-1', sink)).pipe(toArray()));
  expect(text()).toBe(content);
  expect(reached.length).toBeGreaterThan(0);
  for (const { path, secrets } of reached) expect([path.slice(0, 10), secrets]).toEqual(['/cls/data/', []]);
  expect(withSession()).toBeGreaterThan(0);
});

const cases = fetches.flatMap(([name, fetch]) => [301, 302, 303, 307, 308].map((status) => [status, name, fetch] as const));

test.each(cases)('a redirect (%d) of an operation is not followed, with %s', async (status, _, fetch) => {
  const { server, reached, withSession } = await twoOrigins(
    (vcenter, elsewhere) => async (request) =>
      request.method === 'GET'
        ? new Response(null, { status, headers: { location: `${elsewhere}${new URL(request.url).pathname}` } })
        : vcenter(request),
  );
  const listing = lastValueFrom(withVCenter({ server, credentials: user, fetch, dialect: 'api' }, (vc) => listLibraries(vc)));
  await expect(listing).rejects.toMatchObject({ _tag: 'TransportError', code: 'REDIRECT' });
  expect(reached).toEqual([]);
  // The logout.
  expect(withSession()).toBeGreaterThan(0);
});

test.each(cases)('a redirect (%d) of the login is not followed, with %s', async (status, _, fetch) => {
  const { server, reached } = await twoOrigins(
    (_vcenter, elsewhere) => async (request) =>
      new Response(null, { status, headers: { location: `${elsewhere}${new URL(request.url).pathname}` } }),
  );
  const listing = lastValueFrom(withVCenter({ server, credentials: user, fetch, dialect: 'api' }, (vc) => listLibraries(vc)));
  await expect(listing).rejects.toMatchObject({ _tag: 'TransportError', code: 'REDIRECT' });
  expect(reached).toEqual([]);
});

test.each(cases)('a redirect (%d) of the bytes is not followed, with %s', async (status, _, fetch) => {
  const { server, reached } = await twoOrigins(
    (vcenter, elsewhere) => async (request) =>
      isData(request)
        ? new Response(null, { status, headers: { location: `${elsewhere}${new URL(request.url).pathname}` } })
        : vcenter(request),
  );
  const { sink, text } = memory();
  const downloading = lastValueFrom(
    withVCenter({ server, credentials: user, fetch }, (vc) => download(vc, 'item-1', sink)).pipe(toArray()),
  );
  await expect(downloading).rejects.toMatchObject({ _tag: 'TransportError', code: 'REDIRECT' });
  expect(text()).toBe('');
  expect(reached).toEqual([]);
});
