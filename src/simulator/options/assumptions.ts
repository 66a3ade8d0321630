/** What the documents leave open, and real servers may do one way or the other. */

import type { ErrorType } from './faults.ts';

/**
 * What happens to something whose download the documents do not settle.
 *
 * - `'allowed'`: nothing special.
 * - `'fails'`: the preparation of its files ends in `ERROR`.
 * - Otherwise the operation named refuses, with the reason named.
 */
export type DownloadRestriction = 'allowed' | 'fails' | { readonly operation: 'create' | 'prepare'; readonly error: ErrorType };

/** Answers to the questions that no public source answers, or on which the sources disagree. */
export interface Assumptions {
  /**
   * Where `/api` takes the client token of a download session from; `/rest` has it in the body. VMware's specifications say the query,
   * its pages for 8.0 the header `client_token`, those for 9.0 the header `Client-Token`.
   *
   * @default `'Client-Token'`
   */
  readonly clientToken?: 'Client-Token' | 'client_token' | 'query' | 'nowhere';
  /**
   * What preparing a file again does that is `PREPARED`: nothing, all of it once more, or a refusal (`NOT_ALLOWED_IN_CURRENT_STATE`).
   *
   * @default `'nothing'`
   */
  readonly prepareAgain?: 'nothing' | 'anew' | 'refused';
  /**
   * What a keep-alive does whose progress is smaller than the one before. "Should be greater" is all that is documented.
   *
   * @default `'stored'`
   */
  readonly smallerProgress?: 'stored' | 'ignored' | 'refused';
  /**
   * Downloading a virtual machine template (type `vm-template`), which is documented as unsupported, but not how.
   *
   * @default refused by `create` with `UNSUPPORTED`
   */
  readonly vmTemplate?: DownloadRestriction;
  /**
   * Downloading an item that has no files.
   *
   * @default `'allowed'`
   */
  readonly emptyItem?: Exclude<DownloadRestriction, 'fails'>;
  /**
   * Downloading from a library in the state `MAINTENANCE`.
   *
   * @default refused by `create` with `NOT_ALLOWED_IN_CURRENT_STATE`
   */
  readonly maintenance?: DownloadRestriction;
  /**
   * Whether libraries, items and download sessions carry their `id`. The documents say no, every recorded answer has it.
   *
   * @default true
   */
  readonly idInGet?: boolean;
  /**
   * How `/api` leaves out a field that is not set: by not sending it, or by sending `null`. The documents allow both.
   *
   * @default `'missing'`
   */
  readonly unset?: 'missing' | 'null';
  /**
   * How `/rest` writes the named parameters of a message: as a list of `{ key, value }` (the documents of 7.0), or as an object (those
   * of the structure itself).
   *
   * @default `'pairs'`
   */
  readonly paramsInRest?: 'pairs' | 'object';
  /**
   * How a login in `/rest` is shown afterwards: by the header, by the cookie that the login sets unless the request had the header
   * `vmware-use-header-authn` (6.0 is said to want that one), or by either. In `/api` it is always the header.
   *
   * @default `'either'`
   */
  readonly restLogin?: 'header' | 'cookie' | 'either';
  /**
   * How thumbprints are written; the documents say SHA-1 and no more.
   *
   * @default `'as-given'` in the simulator's option `certificate`
   */
  readonly thumbprint?: 'as-given' | 'plain' | 'lower-case' | 'absent';
  /**
   * The privilege that it takes to read the files of a download session: the REST documents name the first, those of the Python SDK the
   * second.
   *
   * @default `'System.Anonymous'`
   */
  readonly sessionFiles?: 'System.Anonymous' | 'System.Read';
  /**
   * What happens to fields of a body, and parameters of a query, that the operation does not have. Real servers have refused parameters.
   *
   * @default `'refused'`
   */
  readonly unknownFields?: 'refused' | 'ignored';
  /**
   * The status for a path that exists, asked with another method.
   *
   * @default 404
   */
  readonly wrongMethod?: 404 | 405;
  /**
   * Whether `%3A` in an id is read as the colon it stands for.
   *
   * @default true
   */
  readonly encodedColon?: boolean;
}
