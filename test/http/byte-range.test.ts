import { describe, expect, test } from '@jest/globals';
import { isSameContent, rangeHeaders, readRangeResponse, supportsRanges, validatorsOf } from '#src/http/byte-range.js';

const response = (status: number, headers: Readonly<Record<string, string>> = {}) => ({ status, headers: new Headers(headers) });

const requested = { from: 400 };

describe('a range to the end of the file', () => {
  test('is requested by its first byte; the whole file needs no header', () => {
    expect(rangeHeaders({ from: 400 })).toEqual({ range: 'bytes=400-' });
    expect(rangeHeaders({ from: 400, validators: { etag: '"v1"' } })).toEqual({ range: 'bytes=400-', 'if-range': '"v1"' });
    expect(rangeHeaders({ from: 0, validators: { etag: '"v1"' } })).toEqual({});
  });

  test('is accepted from a 206 with exactly that range', () => {
    expect(readRangeResponse(response(206, { 'content-range': 'bytes 400-999/1000' }), requested)).toEqual({
      bytes: 'range',
      total: 1000,
    });
    expect(readRangeResponse(response(206, { 'content-range': 'bytes 400-999/*' }), requested)).toEqual({
      bytes: 'range',
      total: 1000,
    });
  });

  test.each([
    ['another first byte', 'bytes 0-999/1000'],
    ['one byte too many', 'bytes 399-999/1000'],
    ['one byte too few', 'bytes 401-999/1000'],
    ['an end before the file has ended', 'bytes 400-998/1000'],
    ['an end after the file has ended', 'bytes 400-1000/1000'],
    ['an end before its start', 'bytes 400-399/1000'],
    ['another unit', 'items 400-999/1000'],
    ['no range', ''],
    ['nonsense', 'bytes 400-/1000'],
  ])('is not accepted from a 206 with %s', (_, range) => {
    expect(readRangeResponse(response(206, { 'content-range': range }), requested)).toEqual({
      bytes: 'unusable',
      total: undefined,
    });
  });

  test('is not accepted with another ETag', () => {
    const validated = { from: 400, validators: { etag: '"v1"' } };
    const range = { 'content-range': 'bytes 400-999/1000' };
    expect(readRangeResponse(response(206, { ...range, etag: '"v2"' }), validated)).toEqual({
      bytes: 'unusable',
      total: undefined,
    });
    expect(readRangeResponse(response(206, { ...range, etag: '"v1"' }), validated)).toEqual({ bytes: 'range', total: 1000 });
    // A missing ETag does not indicate other content.
    expect(readRangeResponse(response(206, range), validated)).toEqual({ bytes: 'range', total: 1000 });
  });

  test('a 200 contains the whole file, whichever range was requested', () => {
    expect(readRangeResponse(response(200, { 'content-length': '1000' }), requested)).toEqual({ bytes: 'file', total: 1000 });
    expect(readRangeResponse(response(200), requested)).toEqual({ bytes: 'file', total: undefined });
    expect(readRangeResponse(response(200, { 'content-length': '70', 'content-encoding': 'gzip' }), requested)).toEqual({
      bytes: 'file',
      total: undefined,
    });
  });

  test('other statuses contain no bytes of the file', () => {
    expect(readRangeResponse(response(416), requested)).toEqual({ bytes: 'unusable', total: undefined });
    expect(readRangeResponse(response(204), requested)).toEqual({ bytes: 'unusable', total: undefined });
  });
});

describe('a range with an end', () => {
  const requested = { from: 400, to: 600 };

  test('is requested by its first and last byte, also at the start of the file', () => {
    expect(rangeHeaders(requested)).toEqual({ range: 'bytes=400-599' });
    expect(rangeHeaders({ from: 0, to: 600, validators: { etag: '"v1"' } })).toEqual({
      range: 'bytes=0-599',
      'if-range': '"v1"',
    });
  });

  test('is accepted from a 206 with exactly that range', () => {
    expect(readRangeResponse(response(206, { 'content-range': 'bytes 400-599/1000' }), requested)).toEqual({
      bytes: 'range',
      total: 1000,
    });
    expect(readRangeResponse(response(206, { 'content-range': 'bytes 0-599/1000' }), { from: 0, to: 600 })).toEqual({
      bytes: 'range',
      total: 1000,
    });
  });

  test('does not imply the length of the file', () => {
    expect(readRangeResponse(response(206, { 'content-range': 'bytes 400-599/*' }), requested)).toEqual({
      bytes: 'range',
      total: undefined,
    });
  });

  test.each(['bytes 400-598/1000', 'bytes 400-600/1000', 'bytes 400-999/1000', 'bytes 399-599/1000', 'bytes 0-199/1000'])(
    'is not accepted from a 206 with %s',
    (range) => {
      expect(readRangeResponse(response(206, { 'content-range': range }), requested)).toEqual({
        bytes: 'unusable',
        total: undefined,
      });
    },
  );

  test('is not fulfilled by a 200, which contains the whole file', () => {
    expect(readRangeResponse(response(200, { 'content-length': '1000' }), requested)).toEqual({ bytes: 'file', total: 1000 });
  });
});

test('ranges of compressed bodies are unusable', () => {
  const range = { 'content-range': 'bytes 400-999/1000' };
  const unusable = { bytes: 'unusable', total: undefined };
  expect(readRangeResponse(response(206, { ...range, 'content-encoding': 'gzip' }), requested)).toEqual(unusable);
  expect(readRangeResponse(response(206, { ...range, 'content-encoding': 'identity' }), requested)).toEqual({
    bytes: 'range',
    total: 1000,
  });
});

describe('supportsRanges', () => {
  test.each<[boolean, string, number, Readonly<Record<string, string>>]>([
    [true, 'a response with a range', 206, { 'content-range': 'bytes 400-999/1000' }],
    [true, 'Accept-Ranges: bytes', 200, { 'accept-ranges': 'bytes' }],
    [false, 'no header', 200, {}],
    [false, 'Accept-Ranges: none', 200, { 'accept-ranges': 'none' }],
    [false, 'another unit', 200, { 'accept-ranges': 'items' }],
    [false, 'a compressed body', 200, { 'accept-ranges': 'bytes', 'content-encoding': 'gzip' }],
    [false, 'a 416', 416, { 'accept-ranges': 'bytes' }],
  ])('is %s for %s', (expected, _, status, headers) => expect(supportsRanges(response(status, headers))).toBe(expected));
});

test('a 416 may state the length of the file', () => {
  expect(readRangeResponse(response(416, { 'content-range': 'bytes */400' }), requested)).toEqual({
    bytes: 'unusable',
    total: 400,
  });
});

describe('validators', () => {
  test.each([
    ['equal strong ETags', { etag: '"v1"' }, { etag: '"v1"' }, true],
    ['equal weak ETags', { etag: 'W/"v1"' }, { etag: 'W/"v1"' }, false],
    ['a weak and a strong ETag', { etag: 'W/"v1"' }, { etag: '"v1"' }, false],
    ['equal dates', { lastModified: 'Mon' }, { lastModified: 'Mon' }, false],
    ['one ETag', { etag: '"v1"' }, {}, false],
    ['none', {}, {}, false],
  ])('identify the exact bytes only if strong: %s', (_, earlier, later, expected) =>
    expect(isSameContent(earlier, later)).toBe(expected),
  );

  test.each([
    ['weak ETags differ', { etag: 'W/"v1"' }, { etag: 'W/"v2"' }, true],
    ['a weak ETag differs from a strong one', { etag: '"v1"' }, { etag: 'W/"v2"' }, true],
    ['dates differ', { lastModified: 'Mon' }, { 'last-modified': 'Tue' }, true],
    ['ETags are equal apart from their strength', { etag: 'W/"v1"' }, { etag: '"v1"' }, false],
    [
      'ETags are equal, whatever the dates',
      { etag: '"v1"', lastModified: 'Mon' },
      { etag: '"v1"', 'last-modified': 'Tue' },
      false,
    ],
    ['only one response has a validator', { etag: '"v1"' }, { 'last-modified': 'Tue' }, false],
  ])('show other content if they differ: %s', (_, validators, headers, isUnusable) => {
    const result = readRangeResponse(
      response(206, { 'content-range': 'bytes 400-999/1000', ...(headers as Record<string, string>) }),
      { from: 400, validators },
    );
    expect(result.bytes).toBe(isUnusable ? 'unusable' : 'range');
  });

  test('are the ETag and the date of a response', () => {
    expect(validatorsOf(new Headers({ etag: 'W/"v1"', 'last-modified': 'Mon' }))).toEqual({
      etag: 'W/"v1"',
      lastModified: 'Mon',
    });
    expect(validatorsOf(new Headers())).toEqual({});
  });

  test('are sent with a range only if strong', () => {
    expect(rangeHeaders({ from: 400, validators: { etag: 'W/"v1"', lastModified: 'Mon' } })).toEqual({ range: 'bytes=400-' });
  });
});
