/** The bytes of one file as an answer: the whole or a range, with what the data service says about them. */

import type { StoredFile } from '../state/catalog.ts';
import { hashText } from '../state/seeded-random.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { type ByteRange, contentRange, requestedRange } from './byte-range.ts';
import { type BodySource, fileBody } from './file-body.ts';

/** A file that is served. */
export interface ServedFile {
  readonly stored: StoredFile;
  /** Whether it may still be read; where it may not, the bytes end too soon. */
  readonly isAvailable?: () => boolean;
  /** Told how many bytes are handed over. */
  readonly onBytes?: (count: number) => void;
  /** Told when all bytes of an answer were handed over, and whether every byte of the file was by now, here or elsewhere. */
  readonly onEnd?: (range: ByteRange, isComplete: boolean) => void;
}

/** Answers `GET` or `HEAD`. */
export const fileResponse = (
  vcenter: SimulatedVCenter,
  request: Request,
  signal: AbortSignal | undefined,
  file: ServedFile,
): Response => {
  const { contentLength = true, ranges = true, etag = 'strong', cors = false } = vcenter.scenario.data ?? {};
  const { size } = file.stored.content;
  const tag = etag === 'none' ? undefined : `${etag === 'weak' ? 'W/' : ''}"${etagOf(file.stored)}"`;
  const range = ranges && ifRangeMatches(request.headers, tag) ? requestedRange(request.headers.get('range'), size) : undefined;
  const headers = new Headers();
  if (cors) {
    headers.set('access-control-allow-origin', '*');
    headers.set('access-control-expose-headers', 'content-length, content-range, accept-ranges, etag');
  }
  if (ranges) headers.set('accept-ranges', 'bytes');
  if (range !== undefined) headers.set('content-range', contentRange(range, size));
  if (range === 'unsatisfiable') return new Response(null, { status: 416, headers });
  const { first, last } = range ?? { first: 0, last: size - 1 };
  headers.set('content-type', 'application/octet-stream');
  if (tag !== undefined) headers.set('etag', tag);
  if (contentLength) headers.set('content-length', String(last - first + 1));
  else headers.set('transfer-encoding', 'chunked');
  const body = request.method === 'HEAD' ? null : trackedBody(vcenter, file, { first, last }, signal);
  return new Response(body, { status: range === undefined ? 200 : 206, headers });
};

const etagOf = ({ name, version, storageId }: StoredFile): string =>
  hashText(`${storageId}/${name}/${version}`, 0).toString(16).padStart(8, '0');

/** Whether a range may be answered: a weak tag promises too little, and a date is never sent that one could be compared with. */
const ifRangeMatches = (headers: Headers, tag: string | undefined): boolean => {
  const condition = headers.get('if-range');
  return condition === null || (condition === tag && !condition.startsWith('W/'));
};

const trackedBody = (
  vcenter: SimulatedVCenter,
  { stored, isAvailable = () => true, onBytes, onEnd }: ServedFile,
  range: ByteRange,
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array<ArrayBuffer>> => {
  const { content } = stored;
  const reading = vcenter.checksums.follow(stored);
  let offset = range.first;
  const flow: BodySource = {
    canContinue: () => {
      signal?.throwIfAborted();
      return isAvailable();
    },
    record: (bytes) => {
      reading.update(offset, bytes);
      offset += bytes.length;
      vcenter.traffic.bytes += bytes.length;
      onBytes?.(bytes.length);
    },
    remaining: () => range.last + 1 - offset,
    offset: () => offset,
    finish: async () => {
      const isWhole = reading.isComplete();
      if (isWhole) await reading.end();
      onEnd?.(range, isWhole);
    },
  };
  return fileBody(flow, content, range);
};
