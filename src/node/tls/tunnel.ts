/** Tunnels through an HTTP proxy (CONNECT). The proxy sees the target, but none of the bytes. */

import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import { isContentLibraryError, TransportError } from '../../index.ts';
import { explainTlsFailure } from './failure.ts';
import { connectVerified, formatAuthority, type Endpoint } from './handshake.ts';
import type { Proxy } from './proxy.ts';
import type { Trust } from './trust.ts';

/** A proxy with a certificate is a company's, and Node trusts that company's authority already. */
export const proxyTrust: Trust = { kind: 'authorities' };

/** Fulfils with a connection to the target. */
export const openTunnel = async (proxy: Proxy, target: Endpoint, signal: AbortSignal): Promise<Duplex> => {
  const secureSocket = proxy.isSecure ? await connectToProxy(proxy, target, signal) : undefined;
  return new Promise((resolve, reject) => {
    const authority = formatAuthority(target);
    const connectRequest = request({
      host: proxy.host,
      port: proxy.port,
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...(proxy.authorization === undefined ? {} : { 'proxy-authorization': proxy.authorization }) },
      ...(secureSocket === undefined ? { agent: false } : { createConnection: () => secureSocket }),
    });
    const fail = (reason: unknown): void => {
      signal.removeEventListener('abort', abort);
      connectRequest.destroy();
      reject(reason);
    };
    const abort = (): void => fail(signal.reason);
    signal.addEventListener('abort', abort);
    connectRequest.on('error', (error) => fail(proxyError(proxy, authority, explainTlsFailure(formatAuthority(proxy), error))));
    connectRequest.on('connect', ({ statusCode = 0 }, socket, head) => {
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy();
        return fail(proxyRefusedError(proxy, authority, statusCode));
      }
      signal.removeEventListener('abort', abort);
      if (head.byteLength > 0) socket.unshift(head);
      resolve(socket);
    });
    connectRequest.end();
  });
};

const connectToProxy = async (proxy: Proxy, target: Endpoint, signal: AbortSignal): Promise<Duplex> => {
  try {
    return await connectVerified(proxy, { trust: proxyTrust, signal });
  } catch (thrown) {
    throw signal.aborted ? thrown : proxyError(proxy, formatAuthority(target), thrown);
  }
};

/**
 * Returns the error for a connection that failed on the way to the proxy; errors of this library state that themselves.
 *
 * @param target - Host and port of the server.
 */
export const proxyError = (proxy: Endpoint, target: string, thrown: unknown): unknown => {
  if (isContentLibraryError(thrown)) return thrown;
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : undefined;
  const reason = `cannot reach the proxy ${formatAuthority(proxy)}${code === undefined ? '' : ` (${code})`}`;
  return new TransportError(
    { operation: `connection to ${target}`, reason, code, host: target, proxy: formatAuthority(proxy) },
    { cause: thrown },
  );
};

const proxyRefusedError = (proxy: Proxy, target: string, status: number): TransportError => {
  const advice = status === 407 ? '. Set its user and password, as in http://user:password@proxy.example.com:3128' : '';
  return new TransportError({
    operation: `connection to ${target}`,
    reason: `the proxy ${formatAuthority(proxy)} refused the connection with status ${status}${advice}`,
    code: 'PROXY_REFUSED',
    host: target,
    proxy: formatAuthority(proxy),
  });
};
