/** `fetch` over `node:http` and `node:https`, with certificate pinning and proxies. */

import { Agent, request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { assertKnownOptions, type OptionNames } from '../options/index.ts';
import { decodedBody } from './content-coding.ts';
import { parseAuthorities } from './tls/authorities.ts';
import { explainTlsFailure } from './tls/failure.ts';
import { formatAuthority } from './tls/handshake.ts';
import { resolveProxy, type ProxyFor } from './tls/proxy.ts';
import { abortSignal, SecureAgent, type SecureRequestOptions } from './tls/secure-agent.ts';
import { parseThumbprint } from './tls/thumbprint.ts';
import { mismatchError, resolvePin, type PinnedCertificate, type Trust } from './tls/trust.ts';
import { proxyError, proxyTrust } from './tls/tunnel.ts';
import { toWebStream } from './web-stream.ts';

/** Options of {@link nodeFetch}. Of `thumbprint`, `ca` and `insecure`, only the first that is set applies. */
export interface NodeFetchOptions {
  /**
   * SHA-1 or SHA-256 of the only certificate to accept, with or without colons. Its issuer, name and dates are not checked.
   * @default not set: the certificate authorities decide
   */
  readonly thumbprint?: string | undefined;
  /**
   * The certificates to trust, in PEM: those of authorities, intermediate ones too, or of servers. Name and dates are checked.
   * @default Node's own authorities
   */
  readonly ca?: string | Uint8Array | undefined;
  /** True to accept any certificate. Anyone on the network can then read and change everything. @default false */
  readonly insecure?: boolean | undefined;
  /**
   * Address of the proxy for every request, such as `http://user:password@proxy.example.com:3128`, or `false` for none.
   * @default the environment variables `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`
   */
  readonly proxy?: string | false | undefined;
}

const FETCH_OPTIONS: OptionNames<NodeFetchOptions> = { thumbprint: true, ca: true, insecure: true, proxy: true };

/** A `fetch` that can also pin a certificate, which a browser's cannot. */
export type NodeFetch = typeof globalThis.fetch & {
  /**
   * Returns a `fetch` with the same proxy that accepts only this certificate, and checks nothing else about it: what vCenter requires for
   * an endpoint with a thumbprint. Returns the same function for the same certificate. It rejects plain HTTP, which has no certificate.
   *
   * @throws TypeError if the certificate or the thumbprint is invalid.
   */
  readonly pinned: (certificate: PinnedCertificate) => typeof globalThis.fetch;
};

/**
 * Creates a `fetch` with its own connections. It returns redirects and does not follow them. It requests `identity` unless the caller sets
 * `accept-encoding`, and decodes `gzip`, `deflate`, `br` and `zstd` (since Node 22.15).
 *
 * Certificates are verified before a byte of the request is sent. Rejects with `TlsError` if the certificate is rejected, with
 * `TransportError` if the proxy refuses the connection, with Node's own error if the server cannot be reached, and with the signal's
 * reason.
 *
 * @throws TypeError if an option is invalid.
 */
export const nodeFetch = (options: NodeFetchOptions = {}): NodeFetch => {
  assertKnownOptions(options, FETCH_OPTIONS);
  const { ca, thumbprint, insecure = false, proxy } = options;
  const proxyFor = resolveProxy(proxy, process.env);
  const pins = new Map<string, typeof globalThis.fetch>();
  const pinned = (certificate: PinnedCertificate): typeof globalThis.fetch => {
    const thumbprint = resolvePin(certificate);
    const fetch = pins.get(thumbprint.value) ?? createFetch({ kind: 'pin', thumbprint }, proxyFor);
    pins.set(thumbprint.value, fetch);
    return fetch;
  };
  return Object.assign(createFetch(resolveTrust(thumbprint, ca, insecure), proxyFor), { pinned });
};

const resolveTrust = (thumbprint: string | undefined, ca: string | Uint8Array | undefined, insecure: boolean): Trust => {
  if (thumbprint !== undefined) return { kind: 'pin', thumbprint: parseThumbprint(thumbprint) };
  if (ca !== undefined) return { kind: 'authorities', ca: parseAuthorities(ca) };
  return { kind: insecure ? 'any' : 'authorities' };
};

/** The connections of one `fetch`. They are kept alive for the next request, and keep no process alive. */
interface Agents {
  readonly trust: Trust;
  readonly proxyFor: ProxyFor;
  readonly plain: Agent;
  readonly secure: SecureAgent;
  /** For proxies with an `https:` URL. */
  readonly proxy: SecureAgent;
}

const createFetch = (trust: Trust, proxyFor: ProxyFor): typeof globalThis.fetch => {
  const agents: Agents = {
    trust,
    proxyFor,
    plain: new Agent({ keepAlive: true }),
    secure: new SecureAgent(trust, (endpoint) => proxyFor(new URL(`https://${formatAuthority(endpoint)}`))),
    proxy: new SecureAgent(proxyTrust, () => undefined),
  };
  return async (input, init) => {
    const request = new Request(input, init);
    const target = new URL(request.url);
    if (trust.kind === 'pin' && target.protocol !== 'https:') throw mismatchError(target.host, trust.thumbprint);
    const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
    request.signal.throwIfAborted();
    return send(agents, request, body);
  };
};

const send = (agents: Agents, request: Request, body: Uint8Array | undefined): Promise<Response> =>
  new Promise((resolve, reject) => {
    const { method, signal } = request;
    const outgoing = createRequest(agents, request, body);
    let incoming: IncomingMessage | undefined;
    const abort = (): void => {
      const reason = signal.reason as Error;
      // The response first: destroying the request would end it with another error.
      incoming?.destroy(reason);
      outgoing.destroy(reason);
      reject(reason);
    };
    signal.addEventListener('abort', abort);
    outgoing.on('close', () => signal.removeEventListener('abort', abort));
    outgoing.on('response', (message) => {
      incoming = message;
      try {
        resolve(toResponse(method, message));
      } catch (thrown) {
        outgoing.destroy();
        reject(thrown);
      }
    });
    outgoing.on('error', (error: NodeJS.ErrnoException) => {
      // The server closed a kept-alive connection just as it was reused: idempotent requests are repeated.
      const wasStale = outgoing.reusedSocket && incoming === undefined && ['ECONNRESET', 'EPIPE'].includes(error.code ?? '');
      if (wasStale && idempotentMethods.has(method) && !signal.aborted) resolve(send(agents, request, body));
      // With TLS 1.3 the server rejects a missing client certificate only after the handshake.
      else reject(explainFailure(agents, new URL(request.url), error));
    });
    outgoing.end(body);
  });

/** The connection of a request leads to the server, or for plain HTTP to its proxy. */
const explainFailure = ({ proxyFor }: Agents, target: URL, error: Error): unknown => {
  const isSecure = target.protocol === 'https:';
  const authority = `${target.hostname}:${target.port || (isSecure ? '443' : '80')}`;
  const proxy = isSecure ? undefined : proxyFor(target);
  if (proxy === undefined) return explainTlsFailure(authority, error);
  return proxyError(proxy, authority, explainTlsFailure(formatAuthority(proxy), error));
};

const idempotentMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']);

/** Plain HTTP through a proxy is a request to the proxy; for HTTPS, the agent opens a tunnel. */
const createRequest = (
  agents: Agents,
  { method, url, headers, signal }: Request,
  body: Uint8Array | undefined,
): ClientRequest => {
  const target = new URL(url);
  const sentHeaders: Record<string, string | number> = { 'accept-encoding': 'identity', ...Object.fromEntries(headers) };
  if (body !== undefined) sentHeaders['content-length'] = body.byteLength;
  const options: SecureRequestOptions = { method, headers: sentHeaders, [abortSignal]: signal };
  if (target.protocol === 'https:') return requestHttps(target, { ...options, agent: agents.secure });
  const proxy = agents.proxyFor(target);
  if (proxy === undefined) return requestHttp(target, { ...options, agent: agents.plain });
  const { host, port, isSecure, authorization } = proxy;
  sentHeaders['host'] = target.host;
  if (authorization !== undefined) sentHeaders['proxy-authorization'] = authorization;
  const path = `${target.origin}${target.pathname}${target.search}`;
  return (isSecure ? requestHttps : requestHttp)({
    ...options,
    host,
    port,
    path,
    agent: isSecure ? agents.proxy : agents.plain,
  });
};

const nullBodyStatuses: ReadonlySet<number> = new Set([204, 205, 304]);

/** @throws RangeError if the status is invalid. */
const toResponse = (method: string, incoming: IncomingMessage): Response => {
  const headers = new Headers();
  for (let index = 0; index < incoming.rawHeaders.length; index += 2)
    headers.append(incoming.rawHeaders[index] ?? '', incoming.rawHeaders[index + 1] ?? '');
  const status = incoming.statusCode ?? 502;
  if (method === 'HEAD' || nullBodyStatuses.has(status)) {
    incoming.resume();
    return new Response(null, { status, headers });
  }
  const response = new Response(toWebStream(decodedBody(incoming)), { status, headers });
  // As of every response of a network: its body is decoded, unlike that of a constructed response.
  return Object.defineProperty(response, 'type', { value: 'basic' });
};
