/** Prints the requests of a command: method, path, status and duration, without anything secret. */

import type { NodeFetch, PinnedCertificate } from '../../node/index.ts';

type Fetch = typeof globalThis.fetch;

/** What is printed instead of a link to a file, which gives access to it. */
const FILE_LINK = '(link to a file)';

/**
 * Returns a `fetch` that calls `write` with a line for each request. Headers and bodies are not printed: they contain passwords and session
 * ids. Of other addresses than those of the API, only the host is printed.
 *
 * @param server - Address of the vCenter.
 */
export const logRequests = (fetch: NodeFetch, server: string, write: (line: string) => void): NodeFetch => {
  const logged =
    (target: Fetch): Fetch =>
    async (input, init) => {
      const request = new Request(input, init);
      const start = performance.now();
      const end = (outcome: string): void =>
        write(`${request.method} ${describeUrl(request.url, server)} ${outcome} ${Math.round(performance.now() - start)} ms`);
      try {
        const response = await target(request);
        end(String(response.status));
        return response;
      } catch (thrown) {
        end(request.signal.aborted ? 'aborted' : `failed (${failureName(thrown)})`);
        throw thrown;
      }
    };
  return Object.assign(logged(fetch), { pinned: (certificate: PinnedCertificate) => logged(fetch.pinned(certificate)) });
};

const describeUrl = (address: string, server: string): string => {
  const { host, pathname } = new URL(address);
  const path = address.startsWith(server) ? address.slice(server.length) : undefined;
  const isApi = path !== undefined && /^\/(?:api|rest|sdk)\//.test(path);
  return isApi ? pathname : `https://${host} ${FILE_LINK}`;
};

/** Codes of Node and tags of the library: a message may contain an address. */
const failureName = (thrown: unknown): string => {
  if (typeof thrown !== 'object' || thrown === null) return 'unknown';
  const { code, name } = thrown as { readonly code?: unknown; readonly name?: unknown };
  return typeof code === 'string' ? code : String(name);
};
