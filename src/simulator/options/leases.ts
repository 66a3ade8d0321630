/** How long the sessions of a simulated vCenter live. */

/** Download sessions, and the API sessions that a login opens. Each ends when the clock says so; nobody is told. */
export interface SessionLifetimes {
  /**
   * Milliseconds that a download session lives without activity. Then it is gone, and its links with it.
   *
   * Activity is every request for the session or its files; reading bytes is where `data` says so, listing the sessions is not.
   *
   * @default 300_000, five minutes, as the documents say
   */
  readonly downloadSession?: number;
  /**
   * Milliseconds after which a download session is cleaned up that was cancelled or has failed, whatever is asked for meanwhile.
   *
   * @default 300_000
   */
  readonly endedDownloadSession?: number;
  /**
   * Milliseconds that an API session lives without a request. Bytes that are read are no request of it.
   *
   * @default 1_800_000, half an hour
   */
  readonly apiSessionIdle?: number;
  /**
   * Milliseconds that an API session lives, however busy it is.
   *
   * @default 86_400_000, a day
   */
  readonly apiSession?: number;
  /**
   * How many API sessions a user may have. One more login is refused with 503 and the id
   * `com.vmware.vapi.endpoint.failedToLoginMaxUserSessionCountReached`.
   *
   * @default 550
   */
  readonly apiSessionsPerUser?: number;
}
