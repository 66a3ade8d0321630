/** Defines operations: decodes their parameters and checks the caller's privilege before they run. */

import * as t from 'io-ts';
import { decoder } from '../../model/index.ts';
import type { SimulatedUser } from '../options/options.ts';
import type { VCenterVersion } from '../options/scenario.ts';
import type { ApiSession } from '../state/api-sessions.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { invalidArgumentError, missingFieldError, unauthorizedError } from './vapi-error.ts';

/** A call of an operation, independent of the dialect. */
export interface OperationCall {
  /** Parameters by VMware's names, wherever the dialect sends them. */
  readonly input: Readonly<Record<string, unknown>>;
  /** API session of the caller. */
  readonly caller: ApiSession;
  /** Scheme, host and port of the request. */
  readonly origin: string;
}

/** Executes an operation. It throws a `VapiError` or returns the contract's value; `undefined` for void. */
export type OperationHandler = {
  /** Parameters, by VMware's names. */
  readonly fields: readonly string[];
  /** Releases that introduced some of the parameters. */
  readonly since?: Readonly<Partial<Record<string, VCenterVersion>>>;
} & (
  | {
      /** Called with the user who is authenticated by name and password. */
      readonly login: 'basic';
      readonly handle: (vcenter: SimulatedVCenter, user: SimulatedUser) => unknown;
    }
  | {
      /** Called if the request has a valid API session. */
      readonly login: 'session';
      readonly handle: (vcenter: SimulatedVCenter, call: OperationCall) => unknown;
    }
);

interface OperationDefinition<R extends t.Props, O extends t.Props> {
  /** Documented privilege. If it depends on the parameters, the operation checks it itself. */
  readonly privilege?: string;
  readonly required?: R;
  readonly optional?: O;
  /** Releases that introduced some of the optional parameters. */
  readonly since?: Readonly<Partial<Record<keyof O, VCenterVersion>>>;
}

// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- io-ts represents "no fields" by it
type NoFields = {};

/** Defines an operation with parameters; missing and invalid parameters are errors. */
export const defineOperation = <R extends t.Props = NoFields, O extends t.Props = NoFields>(
  { privilege, required, optional, since }: OperationDefinition<R, O>,
  handle: (vcenter: SimulatedVCenter, input: t.TypeOfProps<R> & t.TypeOfPartialProps<O>, call: OperationCall) => unknown,
): OperationHandler => {
  const [requiredProps, optionalProps] = [required ?? ({} as R), optional ?? ({} as O)];
  const decode = decoder(t.intersection([t.type(requiredProps), t.partial(optionalProps)]));
  return {
    fields: [...Object.keys(requiredProps), ...Object.keys(optionalProps)],
    ...(since === undefined ? {} : { since }),
    login: 'session',
    handle: (vcenter, call) => {
      const decoded = decode(call.input);
      if (decoded._tag === 'Right') {
        if (privilege !== undefined) requirePrivilege(call.caller.user, privilege);
        return handle(vcenter, decoded.right, call);
      }
      const [issue] = decoded.left.issues;
      const path = issue?.path ?? '';
      if (issue?.found === 'nothing') throw missingFieldError(path);
      throw invalidArgumentError(`Expected ${issue?.expected} as ${path}, found ${issue?.found}.`, path);
    },
  };
};

/** Privileges that every role of vCenter includes. */
const ROLE_PRIVILEGES = ['System.Anonymous', 'System.View', 'System.Read'];

/** Returns true if the user has the privilege. */
export const isGranted = ({ privileges, noAccess = false }: SimulatedUser, privilege: string): boolean => {
  if (noAccess) return privilege === 'System.Anonymous';
  return privileges === undefined || ROLE_PRIVILEGES.includes(privilege) || privileges.includes(privilege);
};

/** Throws if the user does not have the privilege. */
export const requirePrivilege = (user: SimulatedUser, privilege: string): void => {
  if (!isGranted(user, privilege)) throw unauthorizedError(privilege);
};
