/** `fetch` through Node's own http and https, for what the platform's `fetch` cannot be told: whom to trust, and by which way. */

import { Agent, request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { authorityOf } from './tls/handshake.ts';
import { resolveProxy, type ProxyFor } from './tls/proxy.ts';
import { givenUp, SecureAgent, type SecureRequestOptions } from './tls/secure-agent.ts';
import { thumbprintFrom } from './tls/thumbprint.ts';
import { mismatch, pinOf, type PinnedCertificate, type Trust } from './tls/trust.ts';
import { proxyTrust } from './tls/tunnel.ts';
import { toWebStream } from './web-stream.ts';

/** Options of {@link nodeFetch}. Of `thumbprint`, `ca` and `insecure` the first that is given decides alone. */
export interface NodeFetchOptions {
  /**
   * SHA-1 or SHA-256 of the one certificate to accept, in any spelling; nothing else about it is checked then, neither who has signed it
   * nor its name nor its dates.
   */
  readonly thumbprint?: string | undefined;
  /** Certificates in PEM of the authorities to trust, instead of those that Node brings. */
  readonly ca?: string | Uint8Array | undefined;
  /** Trust any certificate, on these connections only. Whoever is in between can read and change everything. @default false */
  readonly insecure?: boolean | undefined;
  /**
   * Address of the proxy for every request, such as `http://user:password@proxy.example.com:3128`, or `false` for none.
   * @default what `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say
   */
  readonly proxy?: string | false | undefined;
}

/** A `fetch` that can also be told which one certificate to accept. A browser's cannot. */
export type NodeFetch = typeof globalThis.fetch & {
  /**
   * A `fetch` of the same proxy, whose connections accept this certificate and check nothing else about it: what vCenter wants for an
   * endpoint that has a thumbprint. Asked for the same certificate again, it answers the same one.
   *
   * It refuses plain HTTP, which shows no certificate.
   *
   * @throws TypeError if the certificate or the thumbprint cannot be read.
   */
  readonly pinned: (certificate: PinnedCertificate) => typeof globalThis.fetch;
};

/**
 * A `fetch` with its own connections; redirects are answered, not followed.
 *
 * A certificate is judged before a byte of the request leaves. Rejects with `TlsError` if it is refused, with `TransportError` if the
 * proxy refuses, with Node's own error if the server cannot be reached, and with the signal's reason.
 *
 * @throws TypeError if an option cannot be read.
 */
export const nodeFetch = ({ ca, thumbprint, insecure = false, proxy }: NodeFetchOptions = {}): NodeFetch => {
  const proxyFor = resolveProxy(proxy, process.env);
  const pins = new Map<string, typeof globalThis.fetch>();
  const pinned = (certificate: PinnedCertificate): typeof globalThis.fetch => {
    const pin = pinOf(certificate);
    const key = pin.value;
    const known = pins.get(key) ?? createFetch({ kind: 'pin', thumbprint: pin }, proxyFor);
    pins.set(key, known);
    return known;
  };
  return Object.assign(createFetch(resolveTrust(thumbprint, ca, insecure), proxyFor), { pinned });
};

const resolveTrust = (thumbprint: string | undefined, ca: string | Uint8Array | undefined, insecure: boolean): Trust => {
  if (thumbprint !== undefined) return { kind: 'pin', thumbprint: thumbprintFrom(thumbprint) };
  if (ca !== undefined) return { kind: 'authorities', ca: Buffer.from(ca) };
  return { kind: insecure ? 'anyone' : 'authorities' };
};

/** What the requests of one `fetch` share: connections are kept for the next one of the same trust, and keep no process alive. */
interface Agents {
  readonly trust: Trust;
  readonly proxyFor: ProxyFor;
  readonly plain: Agent;
  readonly secure: SecureAgent;
  /** To proxies that are reached over TLS themselves. */
  readonly proxy: SecureAgent;
}

const createFetch = (trust: Trust, proxyFor: ProxyFor): typeof globalThis.fetch => {
  const agents: Agents = {
    trust,
    proxyFor,
    plain: new Agent({ keepAlive: true }),
    secure: new SecureAgent(trust, (peer) => proxyFor(new URL(`https://${authorityOf(peer)}`))),
    proxy: new SecureAgent(proxyTrust, () => undefined),
  };
  return async (input, init) => {
    const request = new Request(input, init);
    const target = new URL(request.url);
    if (trust.kind === 'pin' && target.protocol !== 'https:') throw mismatch(target.host, trust.thumbprint);
    const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
    request.signal.throwIfAborted();
    return send(agents, request, body);
  };
};

const send = (roads: Agents, request: Request, body: Uint8Array | undefined): Promise<Response> =>
  new Promise((resolve, reject) => {
    const { method, signal } = request;
    const outgoing = createRequest(roads, request, body);
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
      if (wasStale && repeatable.has(method) && !signal.aborted) resolve(send(roads, request, body));
      else reject(error);
    });
    outgoing.end(body);
  });

const repeatable: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']);

/** A request on its way: straight, through a tunnel (which is the agent's doing), or, over plain HTTP, by the proxy's own request. */
const createRequest = (roads: Agents, { method, url, headers, signal }: Request, body: Uint8Array | undefined): ClientRequest => {
  const target = new URL(url);
  const sent: Record<string, string | number> = Object.fromEntries(headers);
  if (body !== undefined) sent['content-length'] = body.byteLength;
  const options: SecureRequestOptions = { method, headers: sent, [givenUp]: signal };
  if (target.protocol === 'https:') return requestHttps(target, { ...options, agent: roads.secure });
  const proxy = roads.proxyFor(target);
  if (proxy === undefined) return requestHttp(target, { ...options, agent: roads.plain });
  const { host, port, isSecure, authorization } = proxy;
  sent['host'] = target.host;
  if (authorization !== undefined) sent['proxy-authorization'] = authorization;
  const path = `${target.origin}${target.pathname}${target.search}`;
  return (isSecure ? requestHttps : requestHttp)({
    ...options,
    host,
    port,
    path,
    agent: isSecure ? roads.proxy : roads.plain,
  });
};

const nullBodyStatuses: ReadonlySet<number> = new Set([204, 205, 304]);

/** @throws RangeError if the status is none. */
const responseOf = (method: string, incoming: IncomingMessage): Response => {
  const headers = new Headers();
  for (let at = 0; at < incoming.rawHeaders.length; at += 2)
    headers.append(incoming.rawHeaders[at] ?? '', incoming.rawHeaders[at + 1] ?? '');
  const status = incoming.statusCode ?? 502;
  if (method === 'HEAD' || nullBodyStatuses.has(status)) {
    incoming.resume();
    return new Response(null, { status, headers });
  }
  return new Response(toWebStream(incoming), { status, headers });
};
