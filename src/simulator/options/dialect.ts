/** The two ways to ask a vCenter. */

/** `api`: since 7.0U2; `rest`: from 6.5 to 8.0. */
export type Dialect = 'api' | 'rest';
