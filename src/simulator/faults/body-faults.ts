/** The faults that spoil what an answer says. */

import { responseRange } from '../http/byte-range.ts';
import { type Handle, type RequestContext, withDataService } from '../http/request-context.ts';
import type { CertificateFault, CorruptFault, RangeFault } from '../options/faults.ts';
import { mapBody } from './body-stream.ts';

/** JSON that ends in the middle, as if that were all. */
export const malformedJson = async (context: RequestContext, handle: Handle): Promise<Response> => {
  const { status, headers, text } = await readText(await handle(context));
  // What answers nothing is spoiled by answering anything.
  const spoiled = text.length < 2 ? '{' : text.slice(0, text.length / 2);
  return new Response(spoiled, { status: status === 204 ? 200 : status, headers });
};

/** Endpoints with a thumbprint that is wrong. */
export const wrongThumbprint = async (
  { thumbprint = 'DE:AD:BE:EF:'.repeat(5).slice(0, -1) }: CertificateFault,
  context: RequestContext,
  handle: Handle,
): Promise<Response> => {
  const { status, headers, text } = await readText(await handle(context));
  const replaced = text.replaceAll(
    /"download_endpoint":\{("uri":"[^"]*")[^}]*\}/g,
    `"download_endpoint":{$1,"ssl_certificate_thumbprint":"${thumbprint}"}`,
  );
  return new Response(replaced === '' ? null : replaced, { status, headers });
};

/** Bytes that are flipped, wherever in the file they are read. */
export const corruptBytes = async (
  { at, length = 1 }: CorruptFault,
  context: RequestContext,
  handle: Handle,
): Promise<Response> => {
  const { body, status, headers } = await handle(context);
  const start = Number(/^bytes (\d+)-/.exec(headers.get('content-range') ?? '')?.[1] ?? 0);
  const flipped = (bytes: Uint8Array<ArrayBuffer>, offset: number): Uint8Array<ArrayBuffer> => {
    const first = Math.max(0, at - start - offset);
    const end = Math.min(bytes.length, at + length - start - offset);
    for (let index = first; index < end; index += 1) bytes[index] = (bytes[index] ?? 0) ^ 0xff;
    return bytes;
  };
  return new Response(body === null ? null : mapBody(body, flipped), { status, headers });
};

const readText = async (response: Response) => {
  const headers = new Headers(response.headers);
  headers.delete('content-length');
  return { status: response.status, headers, text: await response.text() };
};

/** A range that is not the one that was asked for. */
export const wrongRange = async ({ how, by = 1 }: RangeFault, context: RequestContext, handle: Handle): Promise<Response> => {
  const asked = context.request.headers.get('range');
  if (asked === null) return handle(context);
  const request = (range: string | undefined): Promise<Response> =>
    handle(withDataService({ ...context, request: withRange(context.request, range) }, { ranges: true }));
  if (how === 'ignored') return request(undefined);
  if (how === 'refused') return request(`bytes=${Number.MAX_SAFE_INTEGER}-`);
  const right = await request(asked);
  const range = responseRange(right.headers);
  if (range === undefined) return right;
  if (how === 'unnamed') {
    right.headers.delete('content-range');
    return right;
  }
  await right.body?.cancel();
  // At the beginning of the file nothing is earlier.
  const step = range.first - by < 0 ? by : -by;
  const wrong = await request(`bytes=${range.first + step}-${range.last + step}`);
  if (how === 'shifted') wrong.headers.set('content-range', right.headers.get('content-range') ?? '');
  return wrong;
};

const withRange = ({ url, method, headers: given }: Request, range: string | undefined): Request => {
  const headers = new Headers(given);
  headers.delete('if-range');
  if (range === undefined) headers.delete('range');
  else headers.set('range', range);
  return new Request(url, { method, headers });
};
