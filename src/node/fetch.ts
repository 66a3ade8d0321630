/** `fetch` through Node's own http and https, for what the platform's `fetch` cannot be told: whom to trust. */

import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { bytesOf } from './web-stream.ts';

/** Options of {@link nodeFetch}. */
export interface NodeFetchOptions {
  /** Certificates in PEM of the authorities to trust, instead of those that Node brings. */
  readonly ca?: string | Uint8Array;
  /** Trust any certificate, on these connections only. Whoever is in between can read and change everything. @default false */
  readonly insecure?: boolean;
}

/** A `fetch` with its own connections; redirects are answered, not followed. */
export const nodeFetch = ({ ca, insecure = false }: NodeFetchOptions = {}): typeof globalThis.fetch => {
  const plain = new HttpAgent({ keepAlive: true });
  const secure = new HttpsAgent({
    keepAlive: true,
    rejectUnauthorized: !insecure,
    ...(ca === undefined ? {} : { ca: Buffer.from(ca) }),
  });
  return async (input, init) => {
    const request = new Request(input, init);
    const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
    request.signal.throwIfAborted();
    return new Promise<Response>((resolve, reject) => {
      const secured = request.url.startsWith('https:');
      const outgoing = (secured ? requestHttps : requestHttp)(request.url, {
        method: request.method,
        headers: { ...Object.fromEntries(request.headers), ...(body === undefined ? {} : { 'content-length': body.byteLength }) },
        agent: secured ? secure : plain,
        signal: request.signal,
      });
      outgoing.on('response', (incoming) => resolve(responseOf(request.method, incoming)));
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  };
};

const withoutBody = new Set([204, 205, 304]);

const responseOf = (method: string, incoming: IncomingMessage): Response => {
  const headers = new Headers();
  for (let at = 0; at < incoming.rawHeaders.length; at += 2) headers.append(incoming.rawHeaders[at] ?? '', incoming.rawHeaders[at + 1] ?? '');
  const status = incoming.statusCode ?? 502;
  if (method === 'HEAD' || withoutBody.has(status)) {
    incoming.resume();
    return new Response(null, { status, headers });
  }
  return new Response(bytesOf(incoming), { status, headers });
};
