/** A connection over TLS, judged before anybody may write to it. */

import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, createSecureContext, DEFAULT_CIPHERS, type SecureContext, type TLSSocket } from 'node:tls';
import { verifyPeer, type Trust } from './trust.ts';

/** The other end. */
export interface Peer {
  /** A name or an address; one of IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** How to get there. */
export interface ConnectOptions {
  readonly trust: Trust;
  /** A connection that leads there already, such as a proxy's tunnel. @default one of its own */
  readonly through?: Duplex | undefined;
  /** Ends it while it is being made. */
  readonly signal: AbortSignal;
}

/** A host and port as one text, with brackets where IPv6 needs them. */
export const authorityOf = ({ host, port }: Peer): string => `${host.includes(':') ? `[${host}]` : host}:${port}`;

/**
 * Fulfils with a connection whose certificate is one to trust. Nothing was written to it.
 *
 * Each shakes hands anew: on a session that is taken up again there would be no certificate to judge.
 */
export const connectVerified = (peer: Peer, { trust, through, signal }: ConnectOptions): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = connect({
      ...peer,
      ...(through === undefined ? {} : { socket: through }),
      servername: isIP(peer.host) === 0 ? peer.host : '',
      secureContext: contextOf(trust),
      // What Node would refuse, `refusalOf` does, and says why.
      rejectUnauthorized: false,
      ALPNProtocols: ['http/1.1'],
    });
    const fail = (reason: unknown): void => {
      signal.removeEventListener('abort', abort);
      socket.destroy();
      through?.destroy();
      reject(reason);
    };
    const abort = (): void => fail(signal.reason);
    signal.addEventListener('abort', abort);
    // They stay: between two listeners of the request's, an error must not end the process.
    socket.on('error', fail);
    through?.on('error', fail);
    socket.once('close', () => fail(Object.assign(new Error('closed'), { code: 'ECONNRESET' })));
    socket.once('secureConnect', () => {
      const refusal = verifyPeer(trust, authorityOf(peer), socket);
      if (refusal !== undefined) return fail(refusal);
      signal.removeEventListener('abort', abort);
      socket.setNoDelay(true);
      resolve(socket);
    });
  });

const contexts = new WeakMap<Trust, SecureContext>();

/** Reading the authorities takes longer than a connection. */
const contextOf = (trust: Trust): SecureContext => {
  const known = contexts.get(trust);
  if (known !== undefined) return known;
  const context = createSecureContext({
    // Of a context that is made beforehand, Node would leave the choice to OpenSSL.
    ciphers: DEFAULT_CIPHERS,
    ...(trust.kind === 'authorities' && trust.ca !== undefined ? { ca: trust.ca } : {}),
  });
  contexts.set(trust, context);
  return context;
};
