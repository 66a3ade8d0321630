/** Protects the password from a server that was addressed by `http://` by mistake. */

import { connect } from 'node:tls';
import { TransportError } from '../../index.ts';

type Fetch = typeof globalThis.fetch;

/** Milliseconds that a TLS handshake may take before the server counts as one of plain HTTP. */
const HANDSHAKE_TIMEOUT = 2000;

/**
 * Returns a `fetch` that first sends a request without credentials. If the server redirects it to `https:`, or responds to a TLS handshake
 * only, every request is rejected with a `TransportError` before it is sent.
 */
export const withHttpsCheck = <F extends Fetch>(fetch: F, address: string): F => {
  const server = new URL(address);
  let check: Promise<boolean> | undefined;
  const checked: Fetch = async (input, init) => {
    const request = new Request(input, init);
    check ??= requiresHttps(fetch, server, request.signal).catch((thrown: unknown) => {
      check = undefined;
      throw thrown;
    });
    if (await check) throw httpsRequiredError(server);
    return fetch(request);
  };
  return Object.assign(checked, fetch);
};

const requiresHttps = async (fetch: Fetch, server: URL, signal: AbortSignal): Promise<boolean> => {
  try {
    const response = await fetch(`${server.href.replace(/\/$/, '')}/`, { redirect: 'manual', signal });
    await response.body?.cancel();
    if (response.status !== 400) return response.status >= 300 && /^https:/i.test(response.headers.get('location') ?? '');
  } catch (thrown) {
    signal.throwIfAborted();
    // Other failures would meet the request too, and are reported then.
    if (!mayBeTls(thrown)) return false;
  }
  return hasTls(server, signal);
};

/** A TLS server closes the connection, or sends an alert, which is no HTTP. */
const mayBeTls = (thrown: unknown): boolean =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown && /^(?:ECONNRESET|EPIPE|HPE_\w+)$/.test(String(thrown.code));

/** Returns true if a TLS handshake succeeds, or ends with an alert. Nothing is written to the connection. */
const hasTls = (server: URL, signal: AbortSignal): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({
      host: server.hostname.replace(/^\[|\]$/g, ''),
      port: Number(server.port || '80'),
      rejectUnauthorized: false,
      timeout: HANDSHAKE_TIMEOUT,
    });
    const end = (result: boolean): void => {
      socket.destroy();
      signal.removeEventListener('abort', abort);
      resolve(result);
    };
    const abort = (): void => end(false);
    signal.addEventListener('abort', abort);
    socket.on('secureConnect', () => end(true));
    socket.on('error', (error: NodeJS.ErrnoException) => end(/_ALERT_/.test(error.code ?? '')));
    socket.on('timeout', () => end(false));
    socket.on('close', () => end(false));
  });

const httpsRequiredError = (server: URL): TransportError =>
  new TransportError({
    operation: `connection to ${server.host}`,
    reason: `the server requires HTTPS: use https://${server.hostname} instead of http://. No password was sent`,
    code: 'HTTPS_REQUIRED',
    host: server.host,
  });
