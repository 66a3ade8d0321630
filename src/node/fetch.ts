/** `fetch` through Node's own http and https, for what the platform's `fetch` cannot be told: whom to trust. */

import { Agent as HttpAgent, request as requestHttp, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { bytesOf } from './web-stream.ts';

/** Options of {@link nodeFetch}. */
export interface NodeFetchOptions {
  /** Certificates in PEM of the authorities to trust, instead of those that Node brings; with it, `insecure` has no effect. */
  readonly ca?: string | Uint8Array;
  /** Trust any certificate, on these connections only. Whoever is in between can read and change everything. @default false */
  readonly insecure?: boolean;
}

/** Connections that are kept for the next request; they keep no process alive. */
interface Agents {
  readonly plain: HttpAgent;
  readonly secure: HttpsAgent;
}

/** A `fetch` with its own connections; redirects are answered, not followed. */
export const nodeFetch = ({ ca, insecure = false }: NodeFetchOptions = {}): typeof globalThis.fetch => {
  const agents: Agents = {
    plain: new HttpAgent({ keepAlive: true }),
    secure: new HttpsAgent({
      keepAlive: true,
      ...(ca === undefined ? { rejectUnauthorized: !insecure } : { rejectUnauthorized: true, ca: Buffer.from(ca) }),
    }),
  };
  return async (input, init) => {
    const request = new Request(input, init);
    const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
    request.signal.throwIfAborted();
    return send(agents, request, body);
  };
};

const send = ({ plain, secure }: Agents, request: Request, body: Uint8Array | undefined): Promise<Response> =>
  new Promise((resolve, reject) => {
    const { method, url, signal } = request;
    const secured = url.startsWith('https:');
    const outgoing = (secured ? requestHttps : requestHttp)(url, {
      method,
      headers: { ...Object.fromEntries(request.headers), ...(body === undefined ? {} : { 'content-length': body.byteLength }) },
      agent: secured ? secure : plain,
    });
    let incoming: IncomingMessage | undefined;
    const abort = (): void => {
      const reason = signal.reason as Error;
      // The answer first: the request would end it with a reason of its own.
      incoming?.destroy(reason);
      outgoing.destroy(reason);
      reject(reason);
    };
    signal.addEventListener('abort', abort);
    outgoing.on('close', () => signal.removeEventListener('abort', abort));
    outgoing.on('response', (answer) => {
      incoming = answer;
      try {
        resolve(responseOf(method, answer));
      } catch (thrown) {
        outgoing.destroy();
        reject(thrown);
      }
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      // The server closed a kept connection just as it was used again. What can be asked twice is.
      const wasStale = outgoing.reusedSocket && incoming === undefined && ['ECONNRESET', 'EPIPE'].includes(error.code ?? '');
      if (wasStale && repeatable.has(method) && !signal.aborted) resolve(send({ plain, secure }, request, body));
      else reject(error);
    });
    outgoing.end(body);
  });

const repeatable: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']);

const withoutBody: ReadonlySet<number> = new Set([204, 205, 304]);

/** @throws RangeError if the status is none. */
const responseOf = (method: string, incoming: IncomingMessage): Response => {
  const headers = new Headers();
  for (let at = 0; at < incoming.rawHeaders.length; at += 2)
    headers.append(incoming.rawHeaders[at] ?? '', incoming.rawHeaders[at + 1] ?? '');
  const status = incoming.statusCode ?? 502;
  if (method === 'HEAD' || withoutBody.has(status)) {
    incoming.resume();
    return new Response(null, { status, headers });
  }
  return new Response(bytesOf(incoming), { status, headers });
};
