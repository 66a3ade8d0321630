/** Node's pool of connections over TLS, filled with connections that were judged. */

import type { RequestOptions } from 'node:http';
import { Agent } from 'node:https';
import type { Duplex } from 'node:stream';
import { connectVerified, type Peer } from './handshake.ts';
import type { Proxy } from './proxy.ts';
import type { Trust } from './trust.ts';
import { tunnel } from './tunnel.ts';

/** Under this name an option of a request tells the agent when the request is given up. */
export const givenUp = Symbol('given up');

/** What a request tells this agent, besides what Node's would want to know. */
export interface SecureRequestOptions extends RequestOptions {
  readonly [givenUp]?: AbortSignal;
}

/** One trust for all of its connections; they are kept for the next request, and keep no process alive. */
export class SecureAgent extends Agent {
  readonly #trust: Trust;
  readonly #proxyTo: (peer: Peer) => Proxy | undefined;

  constructor(trust: Trust, proxyTo: (peer: Peer) => Proxy | undefined) {
    super({ keepAlive: true, maxCachedSessions: 0 });
    this.#trust = trust;
    this.#proxyTo = proxyTo;
  }

  /** Answers later: what is answered at once is written to while it still shakes hands. */
  override createConnection(
    { host, port, [givenUp]: signal = new AbortController().signal }: SecureRequestOptions,
    callback?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    this.#connection({ host: host ?? 'localhost', port: Number(port ?? 443) }, signal).then(
      (socket) => callback?.(null, socket),
      // Node reads no socket where there is an error.
      (thrown: unknown) => (callback as ((error: unknown) => void) | undefined)?.(thrown),
    );
  }

  async #connection(peer: Peer, signal: AbortSignal): Promise<Duplex> {
    const proxy = this.#proxyTo(peer);
    const through = proxy && (await tunnel(proxy, peer, signal));
    return connectVerified(peer, { trust: this.#trust, through, signal });
  }
}
