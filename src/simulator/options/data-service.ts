/** How the bytes of files are served. */

/**
 * What the services behind the links to files do, `/cls/data` and `/cls/static`.
 *
 * No public source says how a real one answers, and nobody has recorded it: each of these is a switch. The defaults are what a client
 * can make the most of; turn them off to see whether yours depends on them.
 */
export interface DataService {
  /**
   * Whether an answer says how long it is. Where it does not, its body is sent in chunks.
   *
   * It is open whether vCenter does: one client is known that expects it to be missing, and clients have taken half a file for all of it.
   *
   * @default true
   */
  readonly contentLength?: boolean;
  /**
   * Whether a part of a file can be asked for: 206, 416 and `Accept-Ranges`; without them every answer is 200 and the whole file.
   * Several ranges at once are answered with the whole file, as HTTP allows.
   *
   * No public client is known to ask vCenter for a range.
   *
   * @default true
   */
  readonly ranges?: boolean;
  /**
   * The `ETag` of an answer: a strong one that changes with the file, a weak one, or none. `If-Range` goes by strong ones alone.
   *
   * @default `'strong'`
   */
  readonly etag?: 'strong' | 'weak' | 'none';
  /**
   * Whether `HEAD` is answered; if not, it is refused as any other method.
   *
   * @default true
   */
  readonly head?: boolean;
  /**
   * Whether `/cls/data` wants the header `vmware-api-session-id` of a login.
   *
   * VMware's own samples fetch without it, other clients send it. vcsim wants it.
   *
   * @default false
   */
  readonly login?: boolean;
  /**
   * Whether pages of other origins may read the answers (CORS). vCenter is not known to allow it.
   *
   * @default false
   */
  readonly cors?: boolean;
  /**
   * Whether reading bytes keeps the download session alive.
   *
   * The documents speak of "activity"; on 8.0 a transfer was seen to lose its session after five minutes.
   *
   * @default false
   */
  readonly readingKeepsLease?: boolean;
}
