/** Switches for behavior that VMware's documents leave open. */

import type { ErrorType } from './faults.ts';

/**
 * What happens to downloads of content for which the documents do not define it.
 *
 * - `'allowed'`: the download works.
 * - `'fails'`: the preparation of the files ends in `ERROR`.
 * - An object: the operation fails with this `error_type`.
 */
export type DownloadRestriction = 'allowed' | 'fails' | { readonly operation: 'create' | 'prepare'; readonly error: ErrorType };

/** Behavior that no public source defines, or on which the sources disagree. */
export interface Assumptions {
  /**
   * Where `/api` reads the client token of a download session; `/rest` has it in the body. VMware's specifications say the query, its
   * pages for 8.0 the header `client_token`, those for 9.0 the header `Client-Token`.
   *
   * @default `'Client-Token'`
   */
  readonly clientToken?: 'Client-Token' | 'client_token' | 'query' | 'nowhere';
  /**
   * Effect of preparing a file that is already `PREPARED`: none, a second preparation, or an error
   * (`NOT_ALLOWED_IN_CURRENT_STATE`).
   *
   * @default `'nothing'`
   */
  readonly prepareAgain?: 'nothing' | 'anew' | 'refused';
  /**
   * Effect of a keep-alive whose progress is smaller than the previous one. The documents only say "should be greater".
   *
   * @default `'stored'`
   */
  readonly smallerProgress?: 'stored' | 'ignored' | 'refused';
  /**
   * Effect of a keep-alive whose progress equals the previous one, which is 0 at first. The documents only say "should be greater".
   *
   * @default `'stored'`
   */
  readonly equalProgress?: 'stored' | 'refused';
  /**
   * Downloads of virtual machine templates (type `vm-template`). They are documented as unsupported, but not how they fail.
   *
   * @default `create` fails with `UNSUPPORTED`
   */
  readonly vmTemplate?: DownloadRestriction;
  /**
   * Downloads of items without files.
   *
   * @default `'allowed'`
   */
  readonly emptyItem?: Exclude<DownloadRestriction, 'fails'>;
  /**
   * Downloads from a library in the state `MAINTENANCE`.
   *
   * @default `create` fails with `NOT_ALLOWED_IN_CURRENT_STATE`
   */
  readonly maintenance?: DownloadRestriction;
  /**
   * True if libraries, items and download sessions include their `id`. According to the documents they do not; in every recorded
   * response they do.
   *
   * @default true
   */
  readonly idInGet?: boolean;
  /**
   * How `/api` omits a field that is not set: the field is missing, or its value is `null`. The documents allow both.
   *
   * @default `'missing'`
   */
  readonly unset?: 'missing' | 'null';
  /**
   * Format of a message's named parameters in `/rest`: a list of `{ key, value }` (documents of 7.0), or an object (documents of the
   * structure itself).
   *
   * @default `'pairs'`
   */
  readonly paramsInRest?: 'pairs' | 'object';
  /**
   * How requests in `/rest` identify their API session: by the header, by the cookie that a login sets unless its request has the header
   * `vmware-use-header-authn` (6.0 reportedly requires the cookie), or by either. In `/api` it is always the header.
   *
   * @default `'either'`
   */
  readonly restLogin?: 'header' | 'cookie' | 'either';
  /**
   * Format of thumbprints; the documents only say SHA-1, and since 9.1 SHA-256.
   *
   * @default `'as-given'` in the simulator's option `certificate`
   */
  readonly thumbprint?: 'as-given' | 'plain' | 'lower-case' | 'absent';
  /**
   * Privilege that is required to read the files of a download session: the REST documents name the first, those of the Python SDK the
   * second.
   *
   * @default `'System.Anonymous'`
   */
  readonly sessionFiles?: 'System.Anonymous' | 'System.Read';
  /**
   * Handling of body fields and query parameters that the operation does not have. Real servers have refused such parameters.
   *
   * @default `'refused'`
   */
  readonly unknownFields?: 'refused' | 'ignored';
  /**
   * Status of a request to an existing path with another method.
   *
   * @default 404
   */
  readonly wrongMethod?: 404 | 405;
  /**
   * True if `%3A` in an id is decoded to a colon.
   *
   * @default true
   */
  readonly encodedColon?: boolean;
}
