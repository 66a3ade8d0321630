/** Ranges of bytes, as HTTP writes them. */

/** A range; both ends are part of it. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * What a `Range` header asks for: `undefined` where the whole is to be answered, because there is none, it is not well formed, or it
 * names several ranges; `'unsatisfiable'` where there are no such bytes.
 *
 * @param size - How many bytes there are.
 */
export const requestedRange = (header: string | null, size: number): ByteRange | 'unsatisfiable' | undefined => {
  const [, from = '', to = ''] = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(header ?? '') ?? [];
  if (from === '' && to === '') return undefined;
  // Without a first byte it is the last ones that are asked for.
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const last = from === '' || to === '' ? size - 1 : Math.min(size - 1, Number(to));
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined;
  return first < size && first <= last ? { first, last } : 'unsatisfiable';
};

/** The value of `Content-Range`. */
export const contentRange = (range: ByteRange | 'unsatisfiable', size: number): string =>
  range === 'unsatisfiable' ? `bytes */${size}` : `bytes ${range.first}-${range.last}/${size}`;

/** The range that an answer says it has, and the size of the whole. */
export const responseRange = (headers: Headers): (ByteRange & { readonly size: number }) | undefined => {
  const [, first, last, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
  return first === undefined ? undefined : { first: Number(first), last: Number(last), size: Number(size) };
};
