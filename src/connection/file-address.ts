/** From which host the links of files are fetched, where the one that they name cannot be reached. */

import type { TransferEndpoint } from '../model/transfer.ts';

/** A name or an address (of IPv6 in brackets), and perhaps a port. */
const form = /^(\[[\da-f:.]+\]|[^\s/\\?#@:[\]]+)(?::(\d{1,5}))?$/i;

/**
 * Makes a function that puts the host in place of the one that a link names. Scheme, path and query stay; so does the port, unless there
 * is one beside the host.
 *
 * @param downloadHost - Not set: links stay as they are.
 * @throws TypeError if it is no host.
 */
export const rewriteHost = (downloadHost: string | undefined): ((endpoint: TransferEndpoint) => TransferEndpoint) => {
  if (downloadHost === undefined) return (endpoint) => endpoint;
  const [, host = '', port] = form.exec(downloadHost) ?? [];
  if (host === '' || Number(port ?? 1) > 65_535 || Number(port ?? 1) < 1 || !URL.canParse(`https://${host}`))
    // What was given instead may hold a password.
    throw new TypeError(
      'downloadHost: expected a host such as vcenter.example.com or 10.0.0.5:8443, without a scheme, a path or a user',
    );
  return (endpoint) => {
    const address = new URL(endpoint.uri);
    address.hostname = host;
    if (port !== undefined) address.port = port;
    return { ...endpoint, uri: address.href };
  };
};
