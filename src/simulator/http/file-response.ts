/** The response with a file's bytes: complete or a byte range, with the headers of the data service. */

import type { StoredFile } from '../state/catalog.ts';
import { hashText } from '../state/seeded-random.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { createBandwidth } from './bandwidth.ts';
import { contentRange, requestedRange, type ByteRange } from './byte-range.ts';
import { fileBody, type BodySource } from './file-body.ts';

/** A file that is served. */
export interface ServedFile {
  readonly stored: StoredFile;
  /** Returns false once the file may not be read any more; the body then ends early. */
  readonly isAvailable?: () => boolean;
  /** Called with the number of bytes that are sent. */
  readonly onBytes?: (count: number) => void;
  /** Called when a body is complete. `isComplete` is true if every byte of the file was sent by now, in this or other responses. */
  readonly onEnd?: (range: ByteRange, isComplete: boolean) => void;
}

/** Returns the response to `GET` or `HEAD`. */
export const fileResponse = (
  vcenter: SimulatedVCenter,
  request: Request,
  signal: AbortSignal | undefined,
  file: ServedFile,
): Response => {
  const { contentLength = true, ranges = true, etag: etagKind = 'strong', cors = false } = vcenter.scenario.data ?? {};
  const { size } = file.stored.content;
  const etag = etagKind === 'none' ? undefined : `${etagKind === 'weak' ? 'W/' : ''}"${etagOf(file.stored)}"`;
  const range = ranges && ifRangeMatches(request.headers, etag) ? requestedRange(request.headers.get('range'), size) : undefined;
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
  if (etag !== undefined) headers.set('etag', etag);
  if (contentLength) headers.set('content-length', String(last - first + 1));
  else headers.set('transfer-encoding', 'chunked');
  const body = request.method === 'HEAD' ? null : trackedBody(vcenter, file, { first, last }, signal);
  return new Response(body, { status: range === undefined ? 200 : 206, headers });
};

const etagOf = ({ name, version, storageId }: StoredFile): string =>
  hashText(`${storageId}/${name}/${version}`, 0).toString(16).padStart(8, '0');

/** `If-Range` requires a strong validator; dates never match, because `Last-Modified` is never sent. */
const ifRangeMatches = (headers: Headers, etag: string | undefined): boolean => {
  const ifRange = headers.get('if-range');
  return ifRange === null || (ifRange === etag && !ifRange.startsWith('W/'));
};

/** Returns a body that counts its bytes and adds them to the checksum. */
const trackedBody = (
  vcenter: SimulatedVCenter,
  { stored, isAvailable = () => true, onBytes, onEnd }: ServedFile,
  range: ByteRange,
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array<ArrayBuffer>> => {
  const { content } = stored;
  const read = vcenter.checksums.track(stored);
  let offset = range.first;
  const { chunkSize, transfer } = createBandwidth(vcenter.clock, vcenter.scenario.data?.bytesPerSecond, signal);
  const source: BodySource = {
    chunkSize,
    ready: async (count) => {
      await vcenter.turns.spend(count);
      await transfer(count);
    },
    canContinue: () => {
      signal?.throwIfAborted();
      return isAvailable();
    },
    record: (bytes) => {
      read.update(offset, bytes);
      offset += bytes.length;
      vcenter.traffic.bytes += bytes.length;
      vcenter.contentChanges.served(stored, bytes.length);
      onBytes?.(bytes.length);
    },
    remaining: () => range.last + 1 - offset,
    offset: () => offset,
    finish: async () => {
      const isComplete = read.isComplete();
      if (isComplete) await read.end();
      onEnd?.(range, isComplete);
    },
  };
  return fileBody(source, content, range);
};
