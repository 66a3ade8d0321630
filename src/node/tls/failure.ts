/** Explains TLS failures that are not about the server's certificate. */

import { isContentLibraryError, TlsError, TransportError } from '../../index.ts';

/** OpenSSL's names for bytes that are no TLS, such as those of an HTTP server. */
const notTlsCodes: ReadonlySet<string> = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_HTTP_REQUEST',
  'ERR_SSL_RECORD_LAYER_FAILURE',
]);

/** Returns a `TlsError` or a `TransportError` that states what the server did, or else the same error. */
export const explainTlsFailure = (host: string, thrown: unknown): unknown => {
  if (isContentLibraryError(thrown)) return thrown;
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? String(thrown.code) : '';
  if (TlsError.isAboutClientCertificate(code)) return new TlsError({ host, code }, { cause: thrown });
  if (!notTlsCodes.has(code)) return thrown;
  return new TransportError(
    {
      operation: `connection to ${host}`,
      reason: 'the server responded without TLS; its address may be one of http://, or have the port of another service',
      code: 'NOT_TLS',
      host,
    },
    { cause: thrown },
  );
};
