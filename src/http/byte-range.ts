/** HTTP byte ranges: the request headers, and which bytes of the file a response contains. */

import { codingsOf } from './content-coding.ts';

/** The headers by which a server identifies the content of a file. */
export interface Validators {
  /** The `ETag`, strong or weak. */
  readonly etag?: string;
  readonly lastModified?: string;
}

/** The bytes to request. */
export interface RangeRequest {
  /** Offset of the first byte. */
  readonly from: number;
  /**
   * Offset after the last byte.
   * @default the end of the file
   */
  readonly to?: number | undefined;
  /** Validators of the bytes that were received before. */
  readonly validators?: Validators;
}

/** The part of a response that describes its body. */
export interface RangeResponse {
  readonly status: number;
  readonly headers: Headers;
}

/** Which bytes of the file a response contains. */
export interface RangeResult {
  /**
   * - `range`: the requested bytes.
   * - `file`: the whole file, from its first byte.
   * - `unusable`: other bytes, which MUST NOT be used.
   */
  readonly bytes: 'range' | 'file' | 'unusable';
  /** Length of the whole file, if the response states it. */
  readonly total: number | undefined;
}

/** Returns the headers of a request; none for a file from its start. With `If-Range`, a server whose content changed sends the whole file. */
export const rangeHeaders = ({ from, to, validators }: RangeRequest): Readonly<Record<string, string>> => {
  if (from === 0 && to === undefined) return {};
  const etag = strongETag(validators);
  return {
    range: `bytes=${from}-${to === undefined ? '' : to - 1}`,
    ...(etag === undefined ? {} : { 'if-range': etag }),
  };
};

/** Determines which bytes a response contains. They are a `range` only if the server states exactly the requested offsets. */
export const readRangeResponse = (
  { status, headers }: RangeResponse,
  { from, to, validators = {} }: RangeRequest,
): RangeResult => {
  if (status === 200) return { bytes: 'file', total: contentLength(headers) };
  const unusable: RangeResult = { bytes: 'unusable', total: undefined };
  if (status === 416) return { bytes: 'unusable', total: parseUnsatisfiedRange(headers.get('content-range') ?? '') };
  // Ranges of a compressed body do not correspond to bytes of the file.
  if (status !== 206 || isEncoded(headers)) return unusable;
  const range = parseContentRange(headers.get('content-range') ?? '');
  if (range?.first !== from) return unusable;
  // A range that ends early is legal but unusual, and would need a second request.
  const end = to ?? range.total;
  if (end !== undefined && range.last !== end - 1) return unusable;
  if (isOtherContent(validators, validatorsOf(headers))) return unusable;
  if (to !== undefined) return { bytes: 'range', total: range.total };
  return { bytes: from === 0 ? 'file' : 'range', total: range.total ?? range.last + 1 };
};

/** Returns true if a response shows that the server supports ranges of this file. */
export const supportsRanges = ({ status, headers }: RangeResponse): boolean => {
  if (isEncoded(headers)) return false;
  return status === 206 || (status === 200 && headers.get('accept-ranges')?.trim().toLowerCase() === 'bytes');
};

/** Returns the validators of a response. */
export const validatorsOf = (headers: Headers): Validators => {
  const [etag, lastModified] = [headers.get('etag'), headers.get('last-modified')];
  return { ...(etag === null ? {} : { etag }), ...(lastModified === null ? {} : { lastModified }) };
};

/** Returns true if both responses have the same strong `ETag`: only that identifies the exact bytes. */
export const isSameContent = (earlier: Validators, later: Validators): boolean => {
  const etag = strongETag(earlier);
  return etag !== undefined && etag === strongETag(later);
};

/** Weak `ETag`s that are equal do not identify the exact bytes, but different ones show that the content has changed. */
const isOtherContent = (earlier: Validators, later: Validators): boolean => {
  if (earlier.etag !== undefined && later.etag !== undefined) return opaqueTag(earlier.etag) !== opaqueTag(later.etag);
  return earlier.lastModified !== undefined && later.lastModified !== undefined && earlier.lastModified !== later.lastModified;
};

const opaqueTag = (etag: string): string => etag.replace(/^W\//, '');

const strongETag = ({ etag = '' }: Validators = {}): string | undefined => (/^"[^"]*"$/.test(etag) ? etag : undefined);

/** Returns the length of the file; `Content-Length` of a compressed body is not that. */
const contentLength = (headers: Headers): number | undefined => {
  const length = headers.get('content-length');
  return length === null || isEncoded(headers) ? undefined : Number(length);
};

/** Returns true if a response describes encoded bytes. Its body may have been decoded. */
export const isEncoded = (headers: Headers): boolean => codingsOf(headers).length > 0;

// A 416 states the total as `bytes */1000`.
const parseUnsatisfiedRange = (text: string): number | undefined => {
  const [, total] = /^bytes \*\/(\d{1,15})$/.exec(text.trim()) ?? [];
  return total === undefined ? undefined : Number(total);
};

const parseContentRange = (text: string): { first: number; last: number; total: number | undefined } | undefined => {
  const [, first, last, total] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(text.trim()) ?? [];
  if (first === undefined || last === undefined || Number(last) < Number(first)) return undefined;
  return { first: Number(first), last: Number(last), total: total === '*' ? undefined : Number(total) };
};
