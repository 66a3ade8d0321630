/** Requests that are still sent when the page is closed, where nothing can be awaited any more. */

/** The requests of one connection. */
export interface PageClosedRequests {
  /** Adds a request that is sent when the page is closed; returns the function that removes it. */
  readonly add: (send: () => void) => () => void;
}

/**
 * Creates an empty list of requests, which never sends any where there is no page, as in Node. The last one that was added is sent first:
 * the deletion of a download session before that of the login it needs.
 *
 * They are also sent if the browser keeps the page for the back button, because it may drop the page later without an event. If the page is
 * shown again, its streams continue with a new login and a new session.
 */
export const createPageClosedRequests = (): PageClosedRequests => {
  const requests = new Set<() => void>();
  const sendAll = (): void => {
    for (const send of [...requests].reverse()) send();
  };
  return {
    add: (send) => {
      if (typeof document === 'undefined') return () => undefined;
      if (requests.size === 0) addEventListener('pagehide', sendAll);
      requests.add(send);
      return () => {
        requests.delete(send);
        if (requests.size === 0) removeEventListener('pagehide', sendAll);
      };
    },
  };
};
