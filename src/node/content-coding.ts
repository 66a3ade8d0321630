/** Decodes the bodies of responses, as the Fetch standard demands of every `fetch`. */

import type { IncomingMessage } from 'node:http';
import { pipeline, Transform, type Readable, type TransformCallback } from 'node:stream';
import * as zlib from 'node:zlib';

/** Servers send raw deflate under the same name as the format of RFC 1950. The first byte distinguishes them. */
class Inflate extends Transform {
  #decoder: Transform | undefined;

  override _transform(chunk: Buffer, encoding: BufferEncoding, callback: TransformCallback): void {
    this.#decoder ??= this.#createDecoder(chunk[0] ?? 0);
    this.#decoder.write(chunk, encoding, callback);
  }

  override _flush(callback: TransformCallback): void {
    if (this.#decoder === undefined) return callback();
    this.#decoder.once('end', callback);
    this.#decoder.end();
  }

  #createDecoder(first: number): Transform {
    const decoder = (first & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw();
    decoder.on('data', (bytes: Buffer) => this.push(bytes));
    decoder.on('error', (error) => this.destroy(error));
    return decoder;
  }
}

/** Zstandard exists since Node 22.15. */
const createDecoder = (coding: string): Transform | undefined => {
  if (coding === 'gzip' || coding === 'x-gzip') return zlib.createGunzip();
  if (coding === 'deflate') return new Inflate();
  if (coding === 'br') return zlib.createBrotliDecompress();
  return coding === 'zstd' && 'createZstdDecompress' in zlib ? zlib.createZstdDecompress() : undefined;
};

/**
 * Returns the decoded body. It is not decoded if it has an unknown coding, which the caller has to check, or if it is a part (206) of an
 * encoded body.
 */
export const decodedBody = (incoming: IncomingMessage): Readable => {
  const codings = (incoming.headers['content-encoding'] ?? '')
    .toLowerCase()
    .split(',')
    .map((coding) => coding.trim())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length === 0 || incoming.statusCode === 206) return incoming;
  const decoders = codings.map(createDecoder).reverse();
  if (!decoders.every((decoder) => decoder !== undefined)) return incoming;
  // The error of any stream destroys the others: the reader of the last one gets it.
  return pipeline([incoming, ...decoders], () => undefined) as unknown as Readable;
};
