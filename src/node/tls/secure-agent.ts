/** Node's HTTPS agent, with connections whose certificate is verified before a byte is written. */

import type { RequestOptions } from 'node:http';
import { Agent } from 'node:https';
import type { Duplex } from 'node:stream';
import { connectVerified, type Endpoint } from './handshake.ts';
import { JoinedReads } from './joined-reads.ts';
import type { Proxy } from './proxy.ts';
import type { Trust } from './trust.ts';
import { openTunnel } from './tunnel.ts';

/** Key of the request option that passes the signal to the agent. */
export const abortSignal = Symbol('abort signal');

/** Request options of {@link SecureAgent}. */
export interface SecureRequestOptions extends RequestOptions {
  readonly [abortSignal]?: AbortSignal;
}

/** All its connections have the same trust. They are kept alive for the next request, and keep no process alive. */
export class SecureAgent extends Agent {
  readonly #trust: Trust;
  readonly #proxyFor: (endpoint: Endpoint) => Proxy | undefined;

  constructor(trust: Trust, proxyFor: (endpoint: Endpoint) => Proxy | undefined) {
    super({ keepAlive: true, maxCachedSessions: 0 });
    this.#trust = trust;
    this.#proxyFor = proxyFor;
  }

  /** Calls back after the handshake: Node writes to a socket that is returned synchronously at once. */
  override createConnection(
    { host, port, [abortSignal]: signal = new AbortController().signal }: SecureRequestOptions,
    callback?: (error: Error | null, socket: Duplex) => void,
  ): undefined {
    this.#connect({ host: host ?? 'localhost', port: Number(port ?? 443) }, signal).then(
      (socket) => callback?.(null, socket),
      // With an error, Node ignores the socket.
      (thrown: unknown) => (callback as ((error: unknown) => void) | undefined)?.(thrown),
    );
  }

  async #connect(endpoint: Endpoint, signal: AbortSignal): Promise<Duplex> {
    const proxy = this.#proxyFor(endpoint);
    if (proxy !== undefined)
      return connectVerified(endpoint, { trust: this.#trust, socket: await openTunnel(proxy, endpoint, signal), signal });
    const stream = new JoinedReads();
    return stream.attach(await connectVerified(endpoint, { trust: this.#trust, onread: stream.onread, signal }));
  }
}
