/** Which operations a fault applies to: faults that change a body need a body of their kind. */

import { requestKinds } from '../http/routes.ts';
import type { Fault } from '../options/faults.ts';

/** The operations of a kind, and their name in messages. */
interface Scope {
  readonly includes: (operation: string) => boolean;
  readonly name: string;
}

const fileBytes: Scope = { includes: (operation) => operation === 'data', name: 'data' };

/** Kinds that change a body. All others apply to every request. */
const SCOPES: Readonly<Partial<Record<NonNullable<Fault['kind']>, Scope>>> = {
  // Bytes of files MUST NOT pass through text, which replaces invalid UTF-8.
  malformed: { includes: (operation) => operation !== 'data' && operation !== 'soap', name: 'responses in JSON' },
  certificate: {
    includes: (operation) => operation.startsWith('content.library.item.downloadsession.File.'),
    name: 'content.library.item.downloadsession.File.list, .get and .prepare',
  },
  corrupt: fileBytes,
  range: fileBytes,
};

const scopeOf = ({ kind }: Fault): Scope | undefined => (kind === undefined ? undefined : SCOPES[kind]);

/** Returns true if the fault applies to requests for the operation. */
export const appliesTo = (fault: Fault, operation: string): boolean =>
  (fault.operation === '*' || fault.operation === operation) && (scopeOf(fault)?.includes(operation) ?? true);

/** Throws a RangeError for the first fault that never applies. */
export const checkTargets = (faults: readonly Fault[]): void => {
  for (const [index, fault] of faults.entries()) {
    const { operation, kind } = fault;
    if (operation === '*') continue;
    const place = `Invalid scenario: $.faults[${index}].operation`;
    if (!requestKinds.has(operation))
      throw new RangeError(
        `${place}: There is no operation ${operation}. Name one such as content.Library.list, data, unknown or *.`,
      );
    const scope = scopeOf(fault);
    if (scope !== undefined && !scope.includes(operation))
      throw new RangeError(`${place}: the kind ${String(kind)} does not apply to ${operation}, only to ${scope.name}.`);
  }
};
