import { describe, expect, test } from '@jest/globals';
import {
  decoder,
  DownloadFileInfo,
  DownloadSessionModel,
  ItemFileInfo,
  ItemStorageInfo,
  LibraryModel,
  LocalizableMessage,
  type Decoder,
} from 'rx-content-library';
import { int64, list } from '#src/model/codec.js';

const issues = (decode: Decoder<unknown>, value: unknown): unknown => {
  const decoded = decode(value);
  return decoded._tag === 'Left' ? decoded.left.issues : decoded.right;
};

const file = { name: 'disk.vmdk', bytes_transferred: 0, status: 'PREPARED' };

describe('a decoder', () => {
  test('returns a Right for a valid value, with its additional fields', () => {
    const later = { ...file, added_in_10: { x: 1 } };
    expect(decoder(DownloadFileInfo)(later)).toEqual({ _tag: 'Right', right: later });
  });

  test('treats null as not set, at every depth', () => {
    const nulls = { ...file, size: null, checksum_info: null, download_endpoint: { uri: 'https://x', ssl_certificate: null } };
    expect(decoder(DownloadFileInfo)(nulls)).toEqual({
      _tag: 'Right',
      right: { ...file, download_endpoint: { uri: 'https://x' } },
    });
  });

  test('reports the path of a value that is missing or has a wrong type', () => {
    expect(issues(decoder(DownloadFileInfo), { ...file, download_endpoint: {} })).toEqual([
      { path: 'download_endpoint.uri', expected: 'string', found: 'nothing' },
    ]);
    expect(issues(decoder(list(DownloadFileInfo)), [file, { ...file, name: 7 }])).toEqual([
      { path: '[1].name', expected: 'string', found: 'a number' },
    ]);
    expect(issues(decoder(DownloadFileInfo), 'text')).toContainEqual(expect.objectContaining({ path: '', found: 'a string' }));
  });

  test('never reports an invalid value itself: it may be a secret', () => {
    const decoded = decoder(DownloadFileInfo)({ ...file, download_endpoint: { uri: ['https://vc/cls/data/key/disk.vmdk'] } });
    expect(JSON.stringify(decoded)).not.toContain('cls/data');
  });

  test('accepts unknown values of an enumeration', () => {
    expect(decoder(DownloadFileInfo)({ ...file, status: 'ARCHIVED' })._tag).toBe('Right');
    expect(decoder(LibraryModel)({ name: 'x', type: 'FEDERATED' })._tag).toBe('Right');
    expect(decoder(DownloadFileInfo)({ ...file, status: 5 })._tag).toBe('Left');
  });

  test('rejects an integer that JSON has rounded', () => {
    expect(issues(decoder(ItemFileInfo), { name: 'a', size: 2 ** 53, cached: true, version: '1' })).toEqual([
      { path: 'size', expected: 'an integer below 2^53', found: 'a number out of range' },
    ]);
    expect(int64.is(Number.MAX_SAFE_INTEGER)).toBe(true);
  });

  test('reads null as an empty list, as servers written in Go send it', () => {
    expect(decoder(list(DownloadFileInfo))(null)).toEqual({ _tag: 'Right', right: [] });
    expect(decoder(list(DownloadFileInfo))({})._tag).toBe('Left');
    expect(decoder(list(DownloadFileInfo))(undefined)._tag).toBe('Left');
  });

  test('handles __proto__ as a field', () => {
    const decoded = decoder(DownloadSessionModel)(
      JSON.parse('{"__proto__":{"state":"ACTIVE"},"library_item_id":"i","state":null}'),
    );
    expect(decoded._tag).toBe('Left');
    expect(({} as Record<string, unknown>)['state']).toBeUndefined();
  });

  describe('of messages', () => {
    const message = { id: 'a', default_message: 'A file has moved.', args: [] };
    const nested = { id: 'b', params: { count: { i: 3 } } };

    test('reads named arguments alike, as the object of `/api` and as the list of pairs of `/rest`', () => {
      const object = { ...message, params: { file: { s: 'disk.vmdk' }, reason: { l: nested } } };
      const pairs = {
        ...message,
        params: [
          { key: 'file', value: { s: 'disk.vmdk' } },
          { key: 'reason', value: { l: { id: 'b', params: [{ key: 'count', value: { i: 3 } }] } } },
        ],
      };
      expect(decoder(LocalizableMessage)(object)).toEqual({ _tag: 'Right', right: object });
      expect(decoder(LocalizableMessage)(pairs)).toEqual({ _tag: 'Right', right: object });
    });

    test('reports the path of an invalid argument', () => {
      expect(
        issues(decoder(LocalizableMessage), { ...message, params: { n: { l: { id: 'b', params: { m: { i: '3' } } } } } }),
      ).toEqual([{ path: 'params.n.l.params.m.i', expected: 'an integer below 2^53', found: 'a string' }]);
      expect(issues(decoder(LocalizableMessage), { ...message, params: [{ key: 'n', value: { i: '3' } }] })).toEqual([
        { path: 'params[0].value.i', expected: 'an integer below 2^53', found: 'a string' },
      ]);
    });

    test('handles an argument named __proto__', () => {
      const decoded = decoder(LocalizableMessage)({ ...message, params: [{ key: '__proto__', value: { s: 'x' } }] });
      expect(decoded).toMatchObject({ _tag: 'Right' });
      expect(JSON.stringify(decoded)).toContain('"params":{"__proto__":{"s":"x"}}');
      expect(({} as Record<string, unknown>)['s']).toBeUndefined();
    });
  });

  test('reads the fields that 9.0 added to libraries, files and endpoints', () => {
    const library = {
      name: 'Templates',
      type: 'SUBSCRIBED',
      state_info: { state: 'MAINTENANCE', message: 'moving' },
      configuration_info: { apply_library_usage_to_items: true },
      subscription_info: { authentication_method: 'NONE', on_demand: true, ssl_certificate: '-----BEGIN CERTIFICATE-----' },
    };
    expect(decoder(LibraryModel)(library)).toEqual({ _tag: 'Right', right: library });
    expect(issues(decoder(LibraryModel), { ...library, state_info: { state: 1 } })).toEqual([
      { path: 'state_info.state', expected: 'LibraryState', found: 'a number' },
    ]);
    const stored = {
      name: 'disk.vmdk',
      size: 1,
      cached: true,
      version: '1',
      file_download_endpoint: 'https://vc/cls/static/l/i/disk.vmdk?version=1',
      storage_backing: { type: 'DATASTORE', datastore_id: 'datastore-1' },
      storage_uris: ['ds:///vmfs/volumes/1/disk.vmdk'],
    };
    expect(decoder(ItemStorageInfo)(stored)).toEqual({ _tag: 'Right', right: stored });
    expect(issues(decoder(ItemStorageInfo), { ...stored, storage_uris: [1] })).toEqual([
      { path: 'storage_uris[0]', expected: 'string', found: 'a number' },
    ]);
  });
});
