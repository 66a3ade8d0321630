/** Tunnels through an HTTP proxy (CONNECT). The proxy sees the target, but none of the bytes. */

import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import { TransportError } from '../../index.ts';
import { explainTlsFailure } from './failure.ts';
import { connectVerified, formatAuthority, type Endpoint } from './handshake.ts';
import type { Proxy } from './proxy.ts';
import type { Trust } from './trust.ts';

/** A proxy with a certificate is a company's, and Node trusts that company's authority already. */
export const proxyTrust: Trust = { kind: 'authorities' };

/** Fulfils with a connection to the target. */
export const openTunnel = async (proxy: Proxy, target: Endpoint, signal: AbortSignal): Promise<Duplex> => {
  const secureSocket = proxy.isSecure ? await connectVerified(proxy, { trust: proxyTrust, signal }) : undefined;
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
    connectRequest.on('error', (error) => fail(explainTlsFailure(formatAuthority(proxy), error)));
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

const proxyRefusedError = (proxy: Proxy, target: string, status: number): TransportError => {
  const advice = status === 407 ? '. Set its user and password, as in http://user:password@proxy.example.com:3128' : '';
  return new TransportError({
    operation: `connection to ${target}`,
    reason: `the proxy ${formatAuthority(proxy)} refused the connection with status ${status}${advice}`,
    code: 'PROXY_REFUSED',
  });
};
