/** Faults in the body of a response: truncated JSON, corrupt bytes, wrong byte ranges and thumbprints. */

import { responseRange } from '../http/byte-range.ts';
import { withDataService, type Handle, type RequestContext } from '../http/request-context.ts';
import type { CertificateFault, CorruptFault, RangeFault } from '../options/faults.ts';
import { mapBody } from './body-stream.ts';

/** Ends the JSON in the middle, as if it were complete. */
export const malformedJson = async (context: RequestContext, handle: Handle): Promise<Response> => {
  const { status, headers, text } = await readText(await handle(context));
  // An empty response is malformed if it has any content.
  const malformed = text.length < 2 ? '{' : text.slice(0, text.length / 2);
  return new Response(malformed, { status: status === 204 ? 200 : status, headers });
};

/** Replaces the thumbprint of download endpoints. */
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

/** Flips bytes at an offset of the file, in responses with any range. */
export const corruptBytes = async (
  { at, length = 1 }: CorruptFault,
  context: RequestContext,
  handle: Handle,
): Promise<Response> => {
  const { body, status, headers } = await handle(context);
  const start = Number(/^bytes (\d+)-/.exec(headers.get('content-range') ?? '')?.[1] ?? 0);
  const flip = (bytes: Uint8Array<ArrayBuffer>, offset: number): Uint8Array<ArrayBuffer> => {
    const first = Math.max(0, at - start - offset);
    const end = Math.min(bytes.length, at + length - start - offset);
    for (let index = first; index < end; index += 1) bytes[index] = (bytes[index] ?? 0) ^ 0xff;
    return bytes;
  };
  return new Response(body === null ? null : mapBody(body, flip), { status, headers });
};

/** Returns a byte range that differs from the requested one. */
export const wrongRange = async ({ how, by = 1 }: RangeFault, context: RequestContext, handle: Handle): Promise<Response> => {
  const requested = context.request.headers.get('range');
  if (requested === null) return handle(context);
  const fetchRange = (range: string | undefined): Promise<Response> =>
    handle(withDataService({ ...context, request: withRange(context.request, range) }, { ranges: true }));
  if (how === 'ignored') return fetchRange(undefined);
  if (how === 'refused') return fetchRange(`bytes=${Number.MAX_SAFE_INTEGER}-`);
  const right = await fetchRange(requested);
  const range = responseRange(right.headers);
  if (range === undefined) return right;
  if (how === 'unnamed') {
    right.headers.delete('content-range');
    return right;
  }
  await right.body?.cancel();
  // A range at the beginning of the file can only be shifted forward.
  const shift = range.first - by < 0 ? by : -by;
  const wrong = await fetchRange(`bytes=${range.first + shift}-${range.last + shift}`);
  if (how === 'shifted') wrong.headers.set('content-range', right.headers.get('content-range') ?? '');
  return wrong;
};

const withRange = ({ url, method, headers: original }: Request, range: string | undefined): Request => {
  const headers = new Headers(original);
  headers.delete('if-range');
  if (range === undefined) headers.delete('range');
  else headers.set('range', range);
  return new Request(url, { method, headers });
};

const readText = async (response: Response) => {
  const headers = new Headers(response.headers);
  headers.delete('content-length');
  return { status: response.status, headers, text: await response.text() };
};
