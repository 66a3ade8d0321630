/** Whom to trust with a file's bytes: the certificate that vCenter names for its endpoint, where the platform can be told. */

import { DecodeError } from '../errors/index.ts';
import type { TransferEndpoint } from '../model/transfer.ts';

type Fetch = typeof globalThis.fetch;

/** A `fetch` that can be told the one certificate to accept. A browser's cannot: there, the browser's own judgement counts. */
export interface PinningFetch {
  readonly pinned: (certificate: { readonly thumbprint?: string; readonly pem?: string }) => Fetch;
}

/**
 * The `fetch` for an endpoint.
 *
 * @throws DecodeError if the certificate that vCenter names cannot be read.
 */
export const pinnedFetchFor = (
  fetch: Fetch | (Fetch & PinningFetch) | undefined,
  { uri, ssl_certificate, ssl_certificate_thumbprint }: TransferEndpoint,
  operation: string,
): Fetch | undefined => {
  if (fetch === undefined || !('pinned' in fetch) || !uri.startsWith('https:')) return fetch;
  if (ssl_certificate === undefined && ssl_certificate_thumbprint === undefined) return fetch;
  try {
    return fetch.pinned({
      ...(ssl_certificate === undefined ? {} : { pem: ssl_certificate }),
      ...(ssl_certificate_thumbprint === undefined ? {} : { thumbprint: ssl_certificate_thumbprint }),
    });
  } catch {
    const path = `download_endpoint.${ssl_certificate === undefined ? 'ssl_certificate_thumbprint' : 'ssl_certificate'}`;
    throw new DecodeError({ operation, issues: [{ path, expected: 'a certificate that can be read', found: 'another text' }] });
  }
};
