/** TLS connections whose certificate is verified before a byte is written. */

import { isIP, type OnReadOpts } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, createSecureContext, DEFAULT_CIPHERS, type SecureContext, type TLSSocket } from 'node:tls';
import { explainTlsFailure } from './failure.ts';
import { verifyPeer, type Trust } from './trust.ts';

/** A server to connect to. */
export interface Endpoint {
  /** A name or an address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Options of {@link connectVerified}. */
export interface ConnectOptions {
  readonly trust: Trust;
  /** An open connection to the server, such as a proxy's tunnel. @default a new TCP connection */
  readonly socket?: Duplex | undefined;
  /** Where the received bytes go, instead of into the socket's stream. Only without `socket`. @default into its stream */
  readonly onread?: OnReadOpts | undefined;
  /** Aborts the handshake. */
  readonly signal: AbortSignal;
}

/** Returns `host:port`, with brackets around IPv6. */
export const formatAuthority = ({ host, port }: Endpoint): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

/**
 * Fulfils with a connection whose certificate is trusted. Nothing has been written to it.
 *
 * Sessions are never resumed: a resumed session presents no certificate to verify.
 */
export const connectVerified = (
  endpoint: Endpoint,
  { trust, socket: transport, onread, signal }: ConnectOptions,
): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = connect({
      ...endpoint,
      ...(transport === undefined ? {} : { socket: transport }),
      ...(onread === undefined ? {} : { onread }),
      servername: isIP(endpoint.host) === 0 ? endpoint.host : '',
      secureContext: secureContextFor(trust),
      // `verifyPeer` decides instead of Node, and reports why.
      rejectUnauthorized: false,
      ALPNProtocols: ['http/1.1'],
    });
    const fail = (reason: unknown): void => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      transport?.destroy();
      reject(explainTlsFailure(formatAuthority(endpoint), reason));
    };
    const abort = (): void => fail(signal.reason);
    signal.addEventListener('abort', abort);
    // Never removed: an idle connection without an error listener would end the process.
    socket.on('error', fail);
    transport?.on('error', fail);
    socket.once('close', () => fail(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    socket.once('secureConnect', () => {
      const rejection = verifyPeer(trust, formatAuthority(endpoint), socket);
      if (rejection !== undefined) return fail(rejection);
      signal.removeEventListener('abort', abort);
      socket.setNoDelay(true);
      resolve(socket);
    });
  });

/** Cached, because parsing the authorities takes longer than a handshake. */
const secureContexts = new WeakMap<Trust, SecureContext>();

const secureContextFor = (trust: Trust): SecureContext => {
  const cached = secureContexts.get(trust);
  if (cached !== undefined) return cached;
  const context = createSecureContext({
    // Without it, a context created in advance uses OpenSSL's ciphers, not Node's.
    ciphers: DEFAULT_CIPHERS,
    // Any trusted certificate may end the chain: an intermediate authority's or the server's own, not only a root.
    allowPartialTrustChain: true,
    ...(trust.kind === 'authorities' && trust.ca !== undefined ? { ca: [...trust.ca] } : {}),
  });
  secureContexts.set(trust, context);
  return context;
};
