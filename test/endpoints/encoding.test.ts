import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  createDownloadSession,
  deleteDownloadSession,
  getDownloadFile,
  getDownloadSession,
  getItemChanges,
  getItemFile,
  getLibrary,
  keepDownloadSessionAlive,
  listDownloadFiles,
  listDownloadSessions,
  listItemFiles,
  listItems,
  listLibraries,
  prepareDownloadFile,
  vcenter,
  type VCenter,
} from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';
import { lastValueFrom, type Observable } from 'rxjs';
import { buildRequest } from '#src/http/operation.js';
import { collect } from '../support/collect.ts';
import { preparedAtOnce, user } from '../support/simulated-vcenter.ts';

const server = 'https://vcenter.example.com';

/** File names with characters that have a meaning in URLs, or break careless parsers. */
const names = [
  'what?.vmdk',
  'disk #1.vmdk',
  '100%.iso',
  '%41.iso',
  '%',
  'a/b.ovf',
  '..',
  '../../etc/passwd',
  'a\\b.ovf',
  'two words.ovf',
  ' edges ',
  'größe.vmdk',
  'ди́ск.vmdk',
  '磁盘😀.ova',
  'a+b.ovf',
  'a&b.ovf',
  'a=b.ovf',
  '&file_name=other.ovf',
  '?action=delete',
  '~action=get',
  'a;b,c@d$e.ovf',
  `it's "quoted" (1)!*.ovf`,
  'a:b.ovf',
  '[::1]',
  'tab\tand\nline',
  '\u0000',
  '__proto__',
];

/** A connection to a simulator with these files, and its requests. */
const connected = (dialect: 'api' | 'rest') => {
  const simulator = createSimulator({
    users: [user],
    scenario: { preparation: preparedAtOnce },
    inventory: {
      libraries: [
        {
          name: 'l',
          id: 'library-1',
          items: [{ name: 'i', id: 'item-1', files: names.map((name) => ({ name, content: name })) }],
        },
      ],
    },
  });
  const requests: { readonly url: URL; readonly body: unknown }[] = [];
  const vc = vcenter({
    server,
    credentials: user,
    dialect,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const text = await request.clone().text();
      requests.push({ url: new URL(request.url), body: text === '' ? undefined : JSON.parse(text) });
      return simulator.fetch(request);
    },
  });
  return { simulator, vc, requests };
};

describe.each(['api', 'rest'] as const)('in the dialect %s', (dialect) => {
  test.each(names)('a file named %j is requested by exactly that name', async (name) => {
    const { vc, requests } = connected(dialect);
    const session = await lastValueFrom(createDownloadSession(vc, 'item-1'));
    const responses: readonly [string, Observable<{ readonly name: string }>][] = [
      ['name', getItemFile(vc, 'item-1', name)],
      ['file_name', prepareDownloadFile(vc, session, name)],
      ['file_name', getDownloadFile(vc, session, name)],
    ];
    for (const [parameter, response$] of responses) {
      expect(await lastValueFrom(response$)).toMatchObject({ name });
      const { url, body } = requests.at(-1) ?? { url: new URL(server), body: undefined };
      const sent = { ...Object.fromEntries(url.searchParams), ...(body as object) };
      expect(Object.fromEntries(Object.entries(sent).filter(([key]) => !key.endsWith('action')))).toEqual({ [parameter]: name });
      expect([...url.searchParams.keys()].length).toBeLessThanOrEqual(1);
      expect(url.hash).toBe('');
      expect(url.pathname).not.toContain(encodeURIComponent(name));
    }
  });

  test('an identifier keeps its colon, and is one segment of the path', async () => {
    const { vc, requests } = connected(dialect);
    for (const id of [
      '3beb707a-3b2e:90a55320-77aa',
      'two words:x',
      'a/b',
      'a?b=c',
      'a#b',
      '50%',
      'two words',
      'größe',
      'a\\b',
      '%2e%2e',
      '...',
    ]) {
      await collect(getDownloadSession(vc, id));
      const { url } = requests.at(-1) ?? { url: new URL(server) };
      const prefix = dialect === 'api' ? '' : 'id:';
      expect(url.search + url.hash).toBe('');
      expect(url.pathname.split('/').map(decodeURIComponent).at(-1)).toBe(prefix + id);
      expect(url.pathname.split('/')).toHaveLength(dialect === 'api' ? 7 : 9);
      expect(url.pathname).not.toMatch(/%3A/i);
    }
  });

  test('an identifier that is invalid in a path is a TypeError with the name of the field, and nothing is sent', async () => {
    const { vc, requests } = connected(dialect);
    await lastValueFrom(listItems(vc, 'library-1'));
    const before = requests.length;
    for (const id of ['', '.', '..', '\ud800', undefined as unknown as string]) {
      const { error } = await collect(getLibrary(vc, id));
      expect(String(error)).toMatch(/^TypeError: library_id: /);
    }
    expect(requests).toHaveLength(before);
  });

  test.each<[string, (vc: VCenter, missing: string) => Observable<unknown>]>([
    ['library_id', (vc, id) => listItems(vc, id)],
    ['library_item_id', (vc, id) => createDownloadSession(vc, id)],
    ['library_item_id', (vc, id) => listItemFiles(vc, id)],
    ['download_session_id', (vc, id) => listDownloadFiles(vc, id)],
    ['file_name', (vc, name) => getDownloadFile(vc, 'session-1', name)],
    ['file_name', (vc, name) => prepareDownloadFile(vc, 'session-1', name)],
    ['name', (vc, name) => getItemFile(vc, 'item-1', name)],
    ['version', (vc, version) => getItemChanges(vc, 'item-1', version)],
  ])('a missing %s is a TypeError that names it, wherever it is sent, and nothing is sent', async (field, call) => {
    const { vc, requests } = connected(dialect);
    await lastValueFrom(listLibraries(vc));
    const before = requests.length;
    for (const missing of ['', undefined, null, 7]) {
      const { error } = await collect(call(vc, missing as string));
      expect(String(error)).toMatch(new RegExp(`^TypeError: ${field}: expected a(?:n identifier| name), got `));
    }
    expect(requests).toHaveLength(before);
  });

  test('a file name with an unpaired surrogate is a TypeError in a URL, and an error of the server in a body', async () => {
    const { vc, requests } = connected(dialect);
    const session = await lastValueFrom(createDownloadSession(vc, 'item-1'));
    const before = requests.length;
    const { error } = await collect(getDownloadFile(vc, session, 'half\ud83d.ova'));
    if (dialect === 'api') {
      expect(String(error)).toBe(
        'TypeError: file_name: "half\\ud83d.ova" contains an unpaired surrogate, which a URL cannot contain',
      );
      expect(requests).toHaveLength(before);
    } else {
      expect(error).toMatchObject({ _tag: 'ApiError', error_type: 'INVALID_ARGUMENT' });
    }
  });

  test.each<[string, (vc: VCenter) => Observable<unknown>, readonly string[]]>([
    ['listItems', (vc) => listItems(vc, 'a&b'), ['library_id']],
    ['listItemFiles', (vc) => listItemFiles(vc, 'a&b'), dialect === 'api' ? [] : ['library_item_id']],
    ['listDownloadSessions', (vc) => listDownloadSessions(vc), []],
    ['listDownloadSessions of an item', (vc) => listDownloadSessions(vc, { itemId: 'a&b' }), ['library_item_id']],
    ['listDownloadFiles', (vc) => listDownloadFiles(vc, 'a&b'), dialect === 'api' ? [] : ['download_session_id']],
    ['createDownloadSession', (vc) => createDownloadSession(vc, 'a&b'), []],
    ['keepDownloadSessionAlive', (vc) => keepDownloadSessionAlive(vc, 'a&b', { progress: 1 }), ['action']],
    ['deleteDownloadSession', (vc) => deleteDownloadSession(vc, 'a&b'), []],
  ])('%s sends only the declared query parameters', async (_, call, declared) => {
    const { vc, requests } = connected(dialect);
    await collect(call(vc));
    const { url } = requests.at(-1) ?? { url: new URL(server) };
    const action = dialect === 'api' ? 'action' : '~action';
    expect([...url.searchParams.keys()]).toEqual(declared.map((name) => (name === 'action' ? action : name)));
  });
});

test('every identifier and name survives encoding, and adds nothing to the URL', () => {
  const route = { route: 'GET /api/item/{id}/file?name={name}' };
  const [parse, decode] = [URL, decodeURIComponent];
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }).filter((id) => !['', '.', '..'].includes(id)),
      fc.string({ unit: 'grapheme', minLength: 1 }),
      fc.string(),
      (id, name, extra) => {
        const { pathname, searchParams, hash } = new parse(server + buildRequest(route, { [extra]: extra, id, name }).path);
        const [, api, item, segment = '', file, ...more] = pathname.split('/');
        return (
          [api, item, decode(segment), file].join('\n') === ['api', 'item', id, 'file'].join('\n') &&
          more.length === 0 &&
          hash === '' &&
          searchParams.get('name') === name &&
          searchParams.size === 1
        );
      },
    ),
    { seed: 4, numRuns: 2000 },
  );
});
