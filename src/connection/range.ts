/** Which bytes of a file an answer has, when only the rest of it was asked for. */

/** What is asked for: the bytes from here on. */
export interface Wanted {
  /** The first byte, counted from 0. */
  readonly from: number;
  /** What told the content of the bytes before from any other, if the server said: a strong `ETag`. */
  readonly validator?: string;
}

/** What an answer says about itself. */
export interface RangeAnswer {
  readonly status: number;
  readonly headers: Headers;
}

/**
 * What an answer is good for. `rest`: the bytes that were asked for; `whole`: all of the file, from its first byte; `neither`: its bytes
 * must not be used.
 */
export interface Placement {
  readonly bytes: 'rest' | 'whole' | 'neither';
  /** The length of the whole file, if the answer states it. */
  readonly total: number | undefined;
}

/** The headers that ask for it; none for a file from its start. A server whose content has changed is asked to send all of it. */
export const rangeHeaders = ({ from, validator }: Wanted): Readonly<Record<string, string>> => ({
  ...(from === 0 ? {} : { range: `bytes=${from}-` }),
  ...(from === 0 || validator === undefined ? {} : { 'if-range': validator }),
});

/** Places an answer: bytes are appended only where the server says that they are the very ones that were asked for. */
export const placementOf = ({ status, headers }: RangeAnswer, { from, validator }: Wanted): Placement => {
  if (status === 200) return { bytes: 'whole', total: lengthOf(headers) };
  const unusable: Placement = { bytes: 'neither', total: undefined };
  if (status === 416) return { bytes: 'neither', total: totalOf(headers.get('content-range') ?? '') };
  if (status !== 206) return unusable;
  const range = contentRangeOf(headers.get('content-range') ?? '');
  // What is not to the last byte would have to be asked for again: a server that does that asks for something unusual.
  if (range === undefined || range.first !== from || (range.total !== undefined && range.last !== range.total - 1))
    return unusable;
  const found = strongValidatorOf(headers);
  if (validator !== undefined && found !== undefined && found !== validator) return unusable;
  return { bytes: from === 0 ? 'whole' : 'rest', total: range.total ?? range.last + 1 };
};

/** The `ETag`, if it stands for these very bytes: a weak one does not. */
export const strongValidatorOf = (headers: Headers): string | undefined => {
  const tag = headers.get('etag') ?? '';
  return /^"[^"]*"$/.test(tag) ? tag : undefined;
};

/** A length that counts compressed bytes says nothing about the file. */
const lengthOf = (headers: Headers): number | undefined => {
  const length = headers.get('content-length');
  return length === null || headers.has('content-encoding') ? undefined : Number(length);
};

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
