/** Which bytes of a file an answer has, when only a part of it was asked for. */

/** What is asked for: the bytes from here on. */
export interface RangeRequest {
  /** The first byte, counted from 0. */
  readonly from: number;
  /** The first byte that is not wanted any more. @default all to the last one are */
  readonly to?: number | undefined;
  /** What told the content of the bytes before from any other, if the server said: a strong `ETag`. */
  readonly validator?: string;
}

/** What an answer says about itself. */
export interface RangeResponse {
  readonly status: number;
  readonly headers: Headers;
}

/**
 * What an answer is good for. `rest`: the bytes that were asked for; `whole`: all of the file, from its first byte; `neither`: its bytes
 * must not be used.
 */
export interface RangeResult {
  readonly bytes: 'rest' | 'whole' | 'neither';
  /** The length of the whole file, if the answer states it. */
  readonly total: number | undefined;
}

/** The headers that ask for it; none for a file from its start. A server whose content has changed is asked to send all of it. */
export const rangeHeaders = ({ from, to, validator }: RangeRequest): Readonly<Record<string, string>> => {
  if (from === 0 && to === undefined) return {};
  return {
    range: `bytes=${from}-${to === undefined ? '' : to - 1}`,
    ...(validator === undefined ? {} : { 'if-range': validator }),
  };
};

/** Places an answer: bytes are appended only where the server says that they are the very ones that were asked for. */
export const readRangeResponse = ({ status, headers }: RangeResponse, { from, to, validator }: RangeRequest): RangeResult => {
  if (status === 200) return { bytes: 'whole', total: lengthOf(headers) };
  const unusable: RangeResult = { bytes: 'neither', total: undefined };
  if (status === 416) return { bytes: 'neither', total: totalOf(headers.get('content-range') ?? '') };
  // Bytes from the middle of something compressed are no bytes of the file.
  if (status !== 206 || isEncoded(headers)) return unusable;
  const range = contentRangeOf(headers.get('content-range') ?? '');
  if (range?.first !== from) return unusable;
  // What ends before its end would have to be asked for again: a server that does that asks for something unusual.
  const end = to ?? range.total;
  if (end !== undefined && range.last !== end - 1) return unusable;
  const found = strongETag(headers);
  if (validator !== undefined && found !== undefined && found !== validator) return unusable;
  if (to !== undefined) return { bytes: 'rest', total: range.total };
  return { bytes: from === 0 ? 'whole' : 'rest', total: range.total ?? range.last + 1 };
};

/** Whether a server has shown that it can be asked for parts of this file; it is not asked to try. */
export const supportsRanges = ({ status, headers }: RangeResponse): boolean => {
  if (isEncoded(headers)) return false;
  return status === 206 || (status === 200 && headers.get('accept-ranges')?.trim().toLowerCase() === 'bytes');
};

/** The `ETag`, if it stands for these very bytes: a weak one does not. */
export const strongETag = (headers: Headers): string | undefined => {
  const tag = headers.get('etag') ?? '';
  return /^"[^"]*"$/.test(tag) ? tag : undefined;
};

/** A length that counts compressed bytes says nothing about the file. */
const lengthOf = (headers: Headers): number | undefined => {
  const length = headers.get('content-length');
  return length === null || isEncoded(headers) ? undefined : Number(length);
};

const isEncoded = (headers: Headers): boolean => (headers.get('content-encoding') ?? 'identity').toLowerCase() !== 'identity';

/** What a server says that has no such bytes. */
const totalOf = (text: string): number | undefined => {
  const [, total] = /^bytes \*\/(\d{1,15})$/.exec(text.trim()) ?? [];
  return total === undefined ? undefined : Number(total);
};

const contentRangeOf = (text: string): { first: number; last: number; total: number | undefined } | undefined => {
  const [, first, last, total] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(text.trim()) ?? [];
  if (first === undefined || last === undefined || Number(last) < Number(first)) return undefined;
  return { first: Number(first), last: Number(last), total: total === '*' ? undefined : Number(total) };
};
