/** The address of a file: which host its link is fetched from, and which certificate that host must have. */

import { DecodeError } from '../errors/index.ts';
import type { TransferEndpoint } from '../model/transfer.ts';

/** A name or an address (IPv6 in brackets), and optionally a port. */
const HOST = /^(\[[\da-f:.]+\]|[^\s/\\?#@:[\]]+)(?::(\d{1,5}))?$/i;

const ORIGIN = /^https?:\/\//i;

type Rewrite = (endpoint: TransferEndpoint) => TransferEndpoint;

/**
 * Returns a function that replaces the host of a link, or its origin. Path and query stay; with a host, so does the scheme, and the port
 * unless the host has its own.
 *
 * @param downloadHost - `undefined`: links stay as they are.
 * @throws TypeError if it is not a valid host or origin.
 */
export const rewriteHost = (downloadHost: string | undefined): Rewrite => {
  if (downloadHost === undefined) return (endpoint) => endpoint;
  return ORIGIN.test(downloadHost) ? toOrigin(downloadHost) : toHost(downloadHost);
};

const toOrigin = (origin: string): Rewrite => {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url?.href !== `${url?.origin}/` || /[?#@\\]/.test(origin)) throw invalidHostError();
  // The certificate that vCenter states is that of the server in the link.
  return ({ uri }) => {
    const { pathname, search } = new URL(uri);
    return { uri: url.origin + pathname + search };
  };
};

const toHost = (downloadHost: string): Rewrite => {
  const [, host = '', port] = HOST.exec(downloadHost) ?? [];
  if (host === '' || Number(port ?? 1) > 65_535 || Number(port ?? 1) < 1 || !URL.canParse(`https://${host}`))
    throw invalidHostError();
  return (endpoint) => {
    const url = new URL(endpoint.uri);
    url.hostname = host;
    if (port !== undefined) url.port = port;
    return { ...endpoint, uri: url.href };
  };
};

/** The value is not shown: it may contain a password. */
const invalidHostError = (): TypeError =>
  new TypeError(
    'downloadHost: expected a host such as vcenter.example.com or 10.0.0.5:8443, or an origin such as https://proxy.example.com:8443, without a path or a user',
  );

type Fetch = typeof globalThis.fetch;

/** A `fetch` that can pin a certificate. A browser's cannot: there, the browser decides which certificates it trusts. */
export interface PinningFetch {
  /** Returns a `fetch` that accepts only this certificate. */
  readonly pinned: (certificate: { readonly thumbprint?: string; readonly pem?: string }) => Fetch;
}

/**
 * Returns the `fetch` for an endpoint: one that pins the certificate which vCenter states, if the platform can.
 *
 * @param operation - Names the request in the error.
 * @throws DecodeError if that certificate cannot be parsed.
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
    throw new DecodeError({ operation, issues: [{ path, expected: 'a valid certificate', found: 'other text' }] });
  }
};
