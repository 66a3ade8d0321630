/** Byte ranges in HTTP headers. */

/** A byte range; both ends are inclusive. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Parses a `Range` header. Returns `undefined` if the complete file is to be sent: the header is missing, invalid or has several ranges;
 * `'unsatisfiable'` if there are no such bytes.
 *
 * @param size - Size of the file, in bytes.
 */
export const requestedRange = (header: string | null, size: number): ByteRange | 'unsatisfiable' | undefined => {
  const [, from = '', to = ''] = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(header ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  // `-N` requests the last N bytes.
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(size - 1, Number(to));
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined;
  return first < size && first <= last ? { first, last } : 'unsatisfiable';
};

/** Returns the value of `Content-Range`. */
export const contentRange = (range: ByteRange | 'unsatisfiable', size: number): string =>
  range === 'unsatisfiable' ? `bytes */${size}` : `bytes ${range.first}-${range.last}/${size}`;

/** Parses the `Content-Range` of a response, with the size of the complete file. */
export const responseRange = (headers: Headers): (ByteRange & { readonly size: number }) | undefined => {
  const [, first, last, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
  return first === undefined ? undefined : { first: Number(first), last: Number(last), size: Number(size) };
};
