import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import * as door from 'rx-content-library';
import { decoder, DownloadFileInfo, LocalizableMessage, type Codec, type Decoder } from 'rx-content-library';
import { scaled } from '../support/soak.ts';
import { int64, list, map } from '#src/model/codec.js';

// Whatever a server, or whoever stands in its place, answers: an Either, and no exception.

const seed = 20_260_801;

const codecs: readonly Codec<unknown>[] = Object.values<unknown>(door).filter(
  (value): value is Codec<unknown> => typeof value === 'object' && value !== null && 'validate' in value && 'is' in value,
);

const decoders: readonly Decoder<unknown>[] = [...codecs.map((codec) => decoder(codec)), decoder(int64)];
const more = [...codecs.map((codec) => decoder(list(codec))), decoder(map(LocalizableMessage))];

/** Names that have led programs astray. */
const treacherous = ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'length', '0', ''];

/** The names that codecs look for: with others alone nothing would ever fit in part. */
const names = [
  ...['id', 'name', 'type', 'status', 'state', 'size', 'bytes_transferred', 'cached', 'version', 'user', 'time', 'args'],
  ...['checksum_info', 'checksum', 'algorithm', 'download_endpoint', 'uri', 'error_message', 'default_message', 'params'],
  ...['messages', 'error_type', 'data', 'key', 'value', 'l', 's', 'i', 'd', 'dt', 'storage_backing', 'storage_backings'],
  ...['storage_uris', 'library_item_id', 'client_progress', 'created_time', 'last_accessed_time', 'publish_info'],
  ...['subscription_info', 'source_info', 'certificate_verification_info', 'cert_chain', 'state_info'],
  ...treacherous,
];

const leaves: readonly unknown[] = [
  ...['a', '', 'PREPARED', '__proto__', '\ud800', 'ß\u0000'],
  ...[0, -0, 1, 1.5, -1, 2 ** 53 - 1, 2 ** 53, -(2 ** 60), Infinity, 1e308, 5e-324],
  ...[null, true, false],
];

/** Reads bytes as a JSON value: every list of bytes is one, and shorter lists are simpler ones. */
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

/** A decoder that writes to what it is given throws. */
const frozen = (value: unknown): unknown => {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
};

/** How many decoders take a value; throws if what they answer is no `Either`, or says nothing. */
const takers = (value: unknown, all = decoders): number => {
  let takers = 0;
  for (const decode of all) {
    const decoded = decode(value);
    if (decoded._tag === 'Right') takers += 1;
    else if (decoded.left.issues.length === 0 || decoded.left.issues.length > 200)
      throw new Error(`${decoded.left.issues.length} issues`);
  }
  return takers;
};

const nested = (open: string, close: string, levels = 10_000): unknown =>
  JSON.parse(open.repeat(levels) + 'null' + close.repeat(levels));

/** A value that counts how often one of its parts is looked at. */
const counted = (value: unknown): { readonly value: unknown; readonly looks: () => number } => {
  let looks = 0;
  const watched = (part: unknown): unknown =>
    typeof part === 'object' && part !== null
      ? new Proxy(part, {
          get: (target, key) => {
            looks += 1;
            return watched(Reflect.get(target, key));
          },
        })
      : part;
  return { value: watched(value), looks: () => looks };
};

describe('every decoder that is exported', () => {
  const before = Reflect.ownKeys(Object.prototype);

  test('is among those tested here', () => {
    expect(codecs.length).toBeGreaterThanOrEqual(15);
    expect(codecs).toContain(DownloadFileInfo);
  });

  const runs = scaled({ test: 10_000, soak: 100_000 });

  test(`returns an Either for ${runs} arbitrary values, writes to none of them, and pollutes no prototype`, () => {
    const taken: number[] = [];
    const { stackTraceLimit } = Error;
    // Most of what a failure costs is the stack of its error, which nobody reads here.
    Error.stackTraceLimit = 0;
    try {
      fc.assert(
        fc.property(values, (value) => void taken.push(takers(frozen(value)))),
        { seed, numRuns: runs },
      );
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
    expect(taken).toHaveLength(runs);
    // Some fit, or it would be noise alone that was thrown.
    expect(taken.filter((takers) => takers > 0).length).toBeGreaterThan(runs / 10);
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
    ['a deep value in a field that nobody named', { id: 'm', default_message: '', args: [], later: nested('{"a":[', ']}') }],
    ['a text of 16 MiB', 'x'.repeat(2 ** 24)],
    ['a name of 16 MiB', { ['x'.repeat(2 ** 24)]: 1 }],
    ['a lone surrogate', JSON.parse('{"name":"\\ud800","id":"\\udc00"}')],
    ['-0', JSON.parse('{"size":-0,"bytes_transferred":-0,"name":"a","status":"PREPARED"}')],
    ['more than a number holds', JSON.parse('{"size":1e400,"bytes_transferred":-1e400}')],
    ['100,000 of the wrong', Array.from({ length: 100_000 }, () => 7)],
    ['20,000 names', Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`x${index}`, index]))],
    ['what is no JSON', [undefined, 1n, Symbol('s'), () => 1, new Date(0), new Map(), Object.create(null), NaN]],
  ])('answers an Either for %s', (_, value) => {
    expect(() => takers(value, [...decoders, ...more])).not.toThrow();
    for (const part of Array.isArray(value) ? value.slice(0, 10) : []) expect(() => takers(part)).not.toThrow();
    expect(Reflect.ownKeys(Object.prototype)).toEqual(before);
  });

  test('says where messages are too deep', () => {
    const deep = nested('{"id":"m","default_message":"","args":[],"params":{"x":{"l":', '}}}');
    const decoded = decoder(LocalizableMessage)(deep);
    expect(decoded).toMatchObject({
      left: {
        issues: [{ path: expect.stringMatching(/^params\.x\.l\.params/), expected: 'at most 32 nested structures' }],
      },
    });
    // Depth is no matter of what was decoded before.
    expect(decoder(LocalizableMessage)({ id: 'm', default_message: '', args: [] })._tag).toBe('Right');
  });

  test('keeps what a server calls __proto__ a field like any other', () => {
    const named =
      '{"id":"m","default_message":"","args":null,"params":{"__proto__":{"s":"x","i":null}},"__proto__":{"localized":"y"}}';
    const decoded = decoder(LocalizableMessage)(JSON.parse(named));
    if (decoded._tag === 'Left') throw decoded.left;
    expect(JSON.stringify(decoded.right)).toBe(
      '{"id":"m","default_message":"","args":[],"params":{"__proto__":{"s":"x"}},"__proto__":{"localized":"y"}}',
    );
    expect(decoded.right.localized).toBeUndefined();
    expect(Object.getPrototypeOf(decoded.right.params)).toBe(Object.getPrototypeOf(decoded.right));
  });

  test.each<[string, (size: number) => unknown]>([
    ['that fit', (size) => Array.from({ length: size }, () => ({ name: 'a', bytes_transferred: 0, status: 'PREPARED' }))],
    [
      'with nulls',
      (size) => Array.from({ length: size }, () => ({ name: 'a', bytes_transferred: 0, status: 'PREPARED', size: null })),
    ],
    [
      'of which the last is wrong',
      (size) =>
        Array.from({ length: size }, (_, index) => ({
          name: 'a',
          bytes_transferred: 0,
          status: index < size - 1 ? 'PREPARED' : 7,
        })),
    ],
    ['that are all wrong', (size) => Array.from({ length: size }, () => ({ name: 'a', error_message: { id: 7, params: [7] } }))],
  ])('looks at twice as many values twice as often: %s', (_, make) => {
    const looksAt = (size: number): number => {
      const { value, looks } = counted(make(size));
      decoder(list(DownloadFileInfo))(value);
      return looks();
    };
    const [some, twice] = [looksAt(500), looksAt(1000)];
    expect(some).toBeGreaterThan(500);
    expect(twice).toBeLessThan(2.1 * some);
  });

  test('does not look into messages in messages again and again', () => {
    const looksAt = (levels: number): number => {
      const { value, looks } = counted(nested('{"id":"m","default_message":"","args":[],"params":{"x":{"l":', '}}}', levels));
      decoder(LocalizableMessage)(value);
      return looks();
    };
    // However deep they are, no deeper than the limit.
    expect(looksAt(1000)).toBe(looksAt(100));
    expect(looksAt(1000)).toBeLessThan(100_000);
  });
});
