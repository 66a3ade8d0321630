/** A way through a proxy, which sees where it leads and nothing of what goes through. */

import { request } from 'node:http';
import type { Duplex } from 'node:stream';
import { TransportError } from '../../index.ts';
import { authorityOf, connectVerified, type Peer } from './handshake.ts';
import type { Proxy } from './proxy.ts';
import type { Trust } from './trust.ts';

/** Proxies with a certificate are found on the machines of companies, which have made Node trust it. */
export const proxyTrust: Trust = { kind: 'authorities' };

/** Fulfils with a connection to the target, made by the proxy (CONNECT). */
export const tunnel = async (proxy: Proxy, target: Peer, signal: AbortSignal): Promise<Duplex> => {
  const secured = proxy.isSecure ? await connectVerified(proxy, { trust: proxyTrust, signal }) : undefined;
  return new Promise((resolve, reject) => {
    const authority = authorityOf(target);
    const asking = request({
      host: proxy.host,
      port: proxy.port,
      method: 'CONNECT',
      path: authority,
      headers: { host: authority, ...(proxy.authorization === undefined ? {} : { 'proxy-authorization': proxy.authorization }) },
      ...(secured === undefined ? { agent: false } : { createConnection: () => secured }),
    });
    const fail = (reason: unknown): void => {
      signal.removeEventListener('abort', abort);
      asking.destroy();
      reject(reason);
    };
    const abort = (): void => fail(signal.reason);
    signal.addEventListener('abort', abort);
    asking.on('error', fail);
    asking.on('connect', ({ statusCode = 0 }, socket, early) => {
      if (statusCode < 200 || statusCode > 299) {
        socket.destroy();
        return fail(refused(proxy, authority, statusCode));
      }
      signal.removeEventListener('abort', abort);
      if (early.byteLength > 0) socket.unshift(early);
      resolve(socket);
    });
    asking.end();
  });
};

const refused = (proxy: Proxy, target: string, status: number): TransportError => {
  const wants = status === 407 ? ', so it wants a user and a password, or others than it was given' : '';
  return new TransportError({
    operation: `connection to ${target}`,
    reason: `the proxy ${authorityOf(proxy)} refused it with status ${status}${wants}`,
    code: 'PROXY_REFUSED',
  });
};
