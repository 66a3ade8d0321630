/** Observes the responses of a server: which dialect they belong to, and the time of its clock. */

type Fetch = typeof globalThis.fetch;

/** What the responses so far have shown. */
export interface Observed {
  /** The dialect of the last request. */
  dialect?: 'api' | 'rest';
  /** Milliseconds that the server's clock is ahead of the local one; negative if it is behind. Accurate to one second. */
  skew?: number;
}

/** Returns a `fetch` that notes what it observes. */
export const observeFetch = <F extends Fetch>(fetch: F, observed: Observed, server: string): F => {
  const observing: Fetch = async (input, init) => {
    const request = new Request(input, init);
    const response = await fetch(request);
    const path = request.url.slice(server.length);
    if (path.startsWith('/api/') && response.status !== 404) observed.dialect = 'api';
    if (path.startsWith('/rest/')) observed.dialect = 'rest';
    const date = Date.parse(response.headers.get('date') ?? '');
    // `Date` has whole seconds: half a second is the mean of what was cut off.
    if (request.url.startsWith(server) && !Number.isNaN(date)) observed.skew = date + 500 - Date.now();
    return response;
  };
  return Object.assign(observing, fetch);
};
