import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as publicApi from 'rx-content-library';
import { decoder, DownloadFileInfo, LocalizableMessage, type Codec, type Decoder } from 'rx-content-library';
import { int64, list, map } from '#src/model/codec.js';
import { scaled } from '../support/soak.ts';

// Decoders return an Either for every response, and never throw.

const seed = 20_260_801;

const codecs: readonly Codec<unknown>[] = Object.values<unknown>(publicApi).filter(
  (value): value is Codec<unknown> => typeof value === 'object' && value !== null && 'validate' in value && 'is' in value,
);

const decoders: readonly Decoder<unknown>[] = [...codecs.map((codec) => decoder(codec)), decoder(int64)];
const collectionDecoders = [...codecs.map((codec) => decoder(list(codec))), decoder(map(LocalizableMessage))];

/** Names that are unsafe as object keys. */
const unsafeNames = ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'length', '0', ''];

/** Names of codec fields; with random names alone, no value would match even partially. */
const names = [
  ...['id', 'name', 'type', 'status', 'state', 'size', 'bytes_transferred', 'cached', 'version', 'user', 'time', 'args'],
  ...['checksum_info', 'checksum', 'algorithm', 'download_endpoint', 'uri', 'error_message', 'default_message', 'params'],
  ...['messages', 'error_type', 'data', 'key', 'value', 'l', 's', 'i', 'd', 'dt', 'storage_backing', 'storage_backings'],
  ...['storage_uris', 'library_item_id', 'client_progress', 'created_time', 'last_accessed_time', 'publish_info'],
  ...['subscription_info', 'source_info', 'certificate_verification_info', 'cert_chain', 'state_info'],
  ...unsafeNames,
];

const leaves: readonly unknown[] = [
  ...['a', '', 'PREPARED', '__proto__', '\ud800', 'ß\u0000'],
  ...[0, -0, 1, 1.5, -1, 2 ** 53 - 1, 2 ** 53, -(2 ** 60), Infinity, 1e308, 5e-324],
  ...[null, true, false],
];

/** Maps bytes to a JSON value; shorter arrays map to simpler values. */
const valueOf = (bytes: Uint8Array): unknown => {
  let at = 0;
  const next = (): number => bytes[at++] ?? 0;
  const value = (): unknown => {
    const kind = next();
    if (kind < 96) return leaves[kind % leaves.length];
    if (kind < 128) return Array.from({ length: kind % 4 }, value);
    if (at >= bytes.length) return {};
    return Object.fromEntries(Array.from({ length: kind % 8 }, () => [names[next() % names.length], value()]));
  };
  return value();
};

const values = fc.uint8Array({ maxLength: 48, size: 'max' }).map(valueOf);

/** Freezes a value, so that a decoder that modifies it throws. */
const deepFreeze = (value: unknown): unknown => {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
};

/** Returns the number of decoders that accept a value; throws if a failure has no issues or more than 200. */
const countAccepting = (value: unknown, all = decoders): number => {
  let accepting = 0;
  for (const decode of all) {
    const decoded = decode(value);
    if (decoded._tag === 'Right') accepting += 1;
    else if (decoded.left.issues.length === 0 || decoded.left.issues.length > 200)
      throw new Error(`${decoded.left.issues.length} issues`);
  }
  return accepting;
};

const nested = (open: string, close: string, levels = 10_000): unknown =>
  JSON.parse(open.repeat(levels) + 'null' + close.repeat(levels));

/** Returns a proxy of a value that counts reads of its properties. */
const countReads = (value: unknown): { readonly value: unknown; readonly reads: () => number } => {
  let reads = 0;
  const proxied = (part: unknown): unknown =>
    typeof part === 'object' && part !== null
      ? new Proxy(part, {
          get: (target, key) => {
            reads += 1;
            return proxied(Reflect.get(target, key));
          },
        })
      : part;
  return { value: proxied(value), reads: () => reads };
};

describe('every decoder that is exported', () => {
  const before = Reflect.ownKeys(Object.prototype);

  test('is tested here', () => {
    expect(codecs.length).toBeGreaterThanOrEqual(15);
    expect(codecs).toContain(DownloadFileInfo);
  });

  const runs = scaled({ test: 10_000, soak: 100_000 });

  test(`returns an Either for ${runs} arbitrary values, without modifying them or polluting prototypes`, () => {
    const accepted: number[] = [];
    const { stackTraceLimit } = Error;
    // Most of the cost of a failure is the stack of its error, which is not used here.
    Error.stackTraceLimit = 0;
    try {
      fc.assert(
        fc.property(values, (value) => void accepted.push(countAccepting(deepFreeze(value)))),
        { seed, numRuns: runs },
      );
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
    expect(accepted).toHaveLength(runs);
    // Some values are accepted, so not all of them are noise.
    expect(accepted.filter((count) => count > 0).length).toBeGreaterThan(runs / 10);
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
    expect(Reflect.get({}, 'status')).toBeUndefined();
  });

  test.each<[string, unknown]>([
    ['lists in lists', nested('[', ']')],
    ['objects in objects', nested('{"value":', '}')],
    ['messages in messages', nested('{"id":"m","default_message":"","args":[],"params":{"x":{"l":', '}}}')],
    [
      'messages in messages, in pairs',
      nested('{"id":"m","default_message":"","args":[],"params":[{"key":"x","value":{"l":', '}}]}'),
    ],
    ['prototypes in prototypes', nested('{"__proto__":', '}')],
    ['a deep value in an unknown field', { id: 'm', default_message: '', args: [], later: nested('{"a":[', ']}') }],
    ['a text of 16 MiB', 'x'.repeat(2 ** 24)],
    ['a name of 16 MiB', { ['x'.repeat(2 ** 24)]: 1 }],
    ['a lone surrogate', JSON.parse('{"name":"\\ud800","id":"\\udc00"}')],
    ['-0', JSON.parse('{"size":-0,"bytes_transferred":-0,"name":"a","status":"PREPARED"}')],
    ['numbers out of range', JSON.parse('{"size":1e400,"bytes_transferred":-1e400}')],
    ['100,000 invalid items', Array.from({ length: 100_000 }, () => 7)],
    ['20,000 fields', Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`x${index}`, index]))],
    ['values that are not JSON', [undefined, 1n, Symbol('s'), () => 1, new Date(0), new Map(), Object.create(null), NaN]],
  ])('returns an Either for %s', (_, value) => {
    expect(() => countAccepting(value, [...decoders, ...collectionDecoders])).not.toThrow();
    for (const part of Array.isArray(value) ? value.slice(0, 10) : []) expect(() => countAccepting(part)).not.toThrow();
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
  });

  test('reports the path of messages that are too deep', () => {
    const deep = nested('{"id":"m","default_message":"","args":[],"params":{"x":{"l":', '}}}');
    const decoded = decoder(LocalizableMessage)(deep);
    expect(decoded).toMatchObject({
      left: {
        issues: [{ path: expect.stringMatching(/^params\.x\.l\.params/), expected: 'at most 32 nested structures' }],
      },
    });
    // The depth is not carried over to the next value.
    expect(decoder(LocalizableMessage)({ id: 'm', default_message: '', args: [] })._tag).toBe('Right');
  });

  test('decodes __proto__ like any other field', () => {
    const json =
      '{"id":"m","default_message":"","args":null,"params":{"__proto__":{"s":"x","i":null}},"__proto__":{"localized":"y"}}';
    const decoded = decoder(LocalizableMessage)(JSON.parse(json));
    if (decoded._tag === 'Left') throw decoded.left;
    expect(JSON.stringify(decoded.right)).toBe(
      '{"id":"m","default_message":"","args":[],"params":{"__proto__":{"s":"x"}},"__proto__":{"localized":"y"}}',
    );
    expect(decoded.right.localized).toBeUndefined();
    expect(Object.getPrototypeOf(decoded.right.params)).toBe(Object.getPrototypeOf(decoded.right));
  });

  test.each<[string, (size: number) => unknown]>([
    ['that are valid', (size) => Array.from({ length: size }, () => ({ name: 'a', bytes_transferred: 0, status: 'PREPARED' }))],
    [
      'with nulls',
      (size) => Array.from({ length: size }, () => ({ name: 'a', bytes_transferred: 0, status: 'PREPARED', size: null })),
    ],
    [
      'with an invalid last item',
      (size) =>
        Array.from({ length: size }, (_, index) => ({
          name: 'a',
          bytes_transferred: 0,
          status: index < size - 1 ? 'PREPARED' : 7,
        })),
    ],
    [
      'that are all invalid',
      (size) => Array.from({ length: size }, () => ({ name: 'a', error_message: { id: 7, params: [7] } })),
    ],
  ])('reads are linear in the number of values: %s', (_, make) => {
    const readsFor = (size: number): number => {
      const { value, reads } = countReads(make(size));
      decoder(list(DownloadFileInfo))(value);
      return reads();
    };
    const [some, twice] = [readsFor(500), readsFor(1000)];
    expect(some).toBeGreaterThan(500);
    expect(twice).toBeLessThan(2.1 * some);
  });

  test('does not read nested messages repeatedly', () => {
    const readsFor = (levels: number): number => {
      const { value, reads } = countReads(nested('{"id":"m","default_message":"","args":[],"params":{"x":{"l":', '}}}', levels));
      decoder(LocalizableMessage)(value);
      return reads();
    };
    // Nothing is read beyond the depth limit.
    expect(readsFor(1000)).toBe(readsFor(100));
    expect(readsFor(1000)).toBeLessThan(100_000);
  });
});
