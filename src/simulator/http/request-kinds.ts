/** The kinds of requests that are told apart. */

import { routes } from './routes.ts';

/** VMware's names of all operations, and what else there is: files' bytes, SOAP, everything else. */
export const requestKinds: ReadonlySet<string> = new Set([
  ...routes.map(({ operation }) => operation),
  'data',
  'soap',
  'unknown',
]);
