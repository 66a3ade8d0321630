/** The faults that spoil what an answer says. */

import type { CertificateFault, CorruptFault } from '../options/body-fault.ts';
import { changed } from './body-stream.ts';
import type { Answering, Received } from './received.ts';

/** JSON that ends in the middle, as if that were all. */
export const malformed = async (received: Received, realAnswer: Answering): Promise<Response> => {
  const { status, headers, text } = await textOf(await realAnswer(received));
  // What answers nothing is spoiled by answering anything.
  const spoiled = text.length < 2 ? '{' : text.slice(0, text.length / 2);
  return new Response(spoiled, { status: status === 204 ? 200 : status, headers });
};

/** Endpoints with a thumbprint that is wrong. */
export const miscertified = async (
  { thumbprint = 'DE:AD:BE:EF:'.repeat(5).slice(0, -1) }: CertificateFault,
  received: Received,
  realAnswer: Answering,
): Promise<Response> => {
  const { status, headers, text } = await textOf(await realAnswer(received));
  const replaced = text.replaceAll(
    /"download_endpoint":\{("uri":"[^"]*")[^}]*\}/g,
    `"download_endpoint":{$1,"ssl_certificate_thumbprint":"${thumbprint}"}`,
  );
  return new Response(replaced === '' ? null : replaced, { status, headers });
};

/** Bytes that are flipped, wherever in the file they are read. */
export const corrupted = async (
  { at, length = 1 }: CorruptFault,
  received: Received,
  realAnswer: Answering,
): Promise<Response> => {
  const { body, status, headers } = await realAnswer(received);
  const start = Number(/^bytes (\d+)-/.exec(headers.get('content-range') ?? '')?.[1] ?? 0);
  const flipped = (bytes: Uint8Array<ArrayBuffer>, offset: number): Uint8Array<ArrayBuffer> => {
    const first = Math.max(0, at - start - offset);
    const end = Math.min(bytes.length, at + length - start - offset);
    for (let index = first; index < end; index += 1) bytes[index] = (bytes[index] ?? 0) ^ 0xff;
    return bytes;
  };
  return new Response(body === null ? null : changed(body, flipped), { status, headers });
};

const textOf = async (response: Response) => {
  const headers = new Headers(response.headers);
  headers.delete('content-length');
  return { status: response.status, headers, text: await response.text() };
};
