import { describe, expect, test } from '@jest/globals';
import { supportsRanges, readRangeResponse, rangeHeaders, strongETag } from '#src/http/byte-range.js';

const answer = (status: number, headers: Readonly<Record<string, string>> = {}) => ({ status, headers: new Headers(headers) });

const wanted = { from: 400 };

describe('the rest of a file', () => {
  test('is asked for by its first byte, and not at all where that is the first of the file', () => {
    expect(rangeHeaders({ from: 400 })).toEqual({ range: 'bytes=400-' });
    expect(rangeHeaders({ from: 400, validator: '"v1"' })).toEqual({ range: 'bytes=400-', 'if-range': '"v1"' });
    expect(rangeHeaders({ from: 0, validator: '"v1"' })).toEqual({});
  });

  test('is taken from a 206 with the very range that was asked for', () => {
    expect(readRangeResponse(answer(206, { 'content-range': 'bytes 400-999/1000' }), wanted)).toEqual({
      bytes: 'range',
      total: 1000,
    });
    expect(readRangeResponse(answer(206, { 'content-range': 'bytes 400-999/*' }), wanted)).toEqual({
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
    ['nothing about it', ''],
    ['nonsense', 'bytes 400-/1000'],
  ])('is not taken from a 206 that says %s', (_, range) => {
    expect(readRangeResponse(answer(206, { 'content-range': range }), wanted)).toEqual({ bytes: 'unusable', total: undefined });
  });

  test('is not taken from other content', () => {
    const was = { from: 400, validator: '"v1"' };
    const range = { 'content-range': 'bytes 400-999/1000' };
    expect(readRangeResponse(answer(206, { ...range, etag: '"v2"' }), was)).toEqual({ bytes: 'unusable', total: undefined });
    expect(readRangeResponse(answer(206, { ...range, etag: '"v1"' }), was)).toEqual({ bytes: 'range', total: 1000 });
    // It said that much when it was asked for the first time; that it says nothing now is no other content.
    expect(readRangeResponse(answer(206, range), was)).toEqual({ bytes: 'range', total: 1000 });
  });

  test('a 200 is the whole file, from its first byte, whatever was asked for', () => {
    expect(readRangeResponse(answer(200, { 'content-length': '1000' }), wanted)).toEqual({ bytes: 'file', total: 1000 });
    expect(readRangeResponse(answer(200), wanted)).toEqual({ bytes: 'file', total: undefined });
    expect(readRangeResponse(answer(200, { 'content-length': '70', 'content-encoding': 'gzip' }), wanted)).toEqual({
      bytes: 'file',
      total: undefined,
    });
  });

  test('anything else is not the file', () => {
    expect(readRangeResponse(answer(416), wanted)).toEqual({ bytes: 'unusable', total: undefined });
    expect(readRangeResponse(answer(204), wanted)).toEqual({ bytes: 'unusable', total: undefined });
  });
});

describe('a part of a file', () => {
  const part = { from: 400, to: 600 };

  test('is asked for by its first and its last byte, also at the start of the file', () => {
    expect(rangeHeaders(part)).toEqual({ range: 'bytes=400-599' });
    expect(rangeHeaders({ from: 0, to: 600, validator: '"v1"' })).toEqual({ range: 'bytes=0-599', 'if-range': '"v1"' });
  });

  test('is taken from a 206 with this very part', () => {
    expect(readRangeResponse(answer(206, { 'content-range': 'bytes 400-599/1000' }), part)).toEqual({
      bytes: 'range',
      total: 1000,
    });
    expect(readRangeResponse(answer(206, { 'content-range': 'bytes 0-599/1000' }), { from: 0, to: 600 })).toEqual({
      bytes: 'range',
      total: 1000,
    });
  });

  test('says nothing of the length of the file where the answer does not', () => {
    expect(readRangeResponse(answer(206, { 'content-range': 'bytes 400-599/*' }), part)).toEqual({
      bytes: 'range',
      total: undefined,
    });
  });

  test.each(['bytes 400-598/1000', 'bytes 400-600/1000', 'bytes 400-999/1000', 'bytes 399-599/1000', 'bytes 0-199/1000'])(
    'is not taken from a 206 that says %s',
    (range) => {
      expect(readRangeResponse(answer(206, { 'content-range': range }), part)).toEqual({ bytes: 'unusable', total: undefined });
    },
  );

  test('is not the whole file, if that is what comes', () => {
    expect(readRangeResponse(answer(200, { 'content-length': '1000' }), part)).toEqual({ bytes: 'file', total: 1000 });
  });
});

test('bytes from the middle of something compressed are not taken', () => {
  const range = { 'content-range': 'bytes 400-999/1000' };
  const unusable = { bytes: 'unusable', total: undefined };
  expect(readRangeResponse(answer(206, { ...range, 'content-encoding': 'gzip' }), wanted)).toEqual(unusable);
  expect(readRangeResponse(answer(206, { ...range, 'content-encoding': 'identity' }), wanted)).toEqual({
    bytes: 'range',
    total: 1000,
  });
});

describe('a server knows ranges', () => {
  test.each<[boolean, string, number, Readonly<Record<string, string>>]>([
    [true, 'that answers with one', 206, { 'content-range': 'bytes 400-999/1000' }],
    [true, 'that says so', 200, { 'accept-ranges': 'bytes' }],
    [false, 'that says nothing', 200, {}],
    [false, 'that says no', 200, { 'accept-ranges': 'none' }],
    [false, 'of something else', 200, { 'accept-ranges': 'items' }],
    [false, 'that compresses', 200, { 'accept-ranges': 'bytes', 'content-encoding': 'gzip' }],
    [false, 'that has no such bytes', 416, { 'accept-ranges': 'bytes' }],
  ])('%s: one %s', (knows, _, status, headers) => expect(supportsRanges(answer(status, headers))).toBe(knows));
});

test('a 416 may say how long the file is', () => {
  expect(readRangeResponse(answer(416, { 'content-range': 'bytes */400' }), wanted)).toEqual({ bytes: 'unusable', total: 400 });
});

describe('a validator', () => {
  test('is an ETag that stands for the very bytes', () => {
    expect(strongETag(new Headers({ etag: '"v1"' }))).toBe('"v1"');
    expect(strongETag(new Headers({ etag: 'W/"v1"' }))).toBeUndefined();
    expect(strongETag(new Headers())).toBeUndefined();
  });
});
