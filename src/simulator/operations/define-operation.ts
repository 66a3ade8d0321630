/** How an operation is written down: what it takes, which privilege it needs, and what it answers. */

import * as t from 'io-ts';
import { decoder } from '../../model/index.ts';
import { isGranted, type SimulatedUser } from '../options/options.ts';
import type { VCenterVersion } from '../options/scenario.ts';
import type { ApiSession } from '../state/api-sessions.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { invalidArgument, missingField, unauthorized } from './vapi-error.ts';

/** A request once the dialect's clothes are off. */
export interface OperationCall {
  /** The parameters under VMware's names, wherever the dialect carries them. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Who is asking. */
  readonly caller: ApiSession;
  /** Scheme, host and port that the request was sent to. */
  readonly origin: string;
}

/** What answers an operation. It throws a `Refusal` or returns what the contract says; nothing for void. */
export type OperationHandler = {
  /** The parameters it has, under VMware's names. */
  readonly fields: readonly string[];
  /** The releases that brought some of them. */
  readonly since?: Readonly<Partial<Record<string, VCenterVersion>>>;
} & (
  | {
      /** Called with the user whose name and password were sent. */
      readonly login: 'basic';
      readonly handle: (vcenter: SimulatedVCenter, user: SimulatedUser) => unknown;
    }
  | {
      /** Called if an API session was sent that is alive. */
      readonly login: 'session';
      readonly handle: (vcenter: SimulatedVCenter, call: OperationCall) => unknown;
    }
);

/** What an operation takes. */
interface OperationDefinition<R extends t.Props, O extends t.Props> {
  /** What the caller needs, as documented; a privilege that depends on the parameters is demanded by the operation itself. */
  readonly privilege?: string;
  readonly required?: R;
  readonly optional?: O;
  /** The releases that brought parameters which have not always been there. */
  readonly since?: Readonly<Partial<Record<keyof O, VCenterVersion>>>;
}

// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- it is what io-ts has for no fields
type NoFields = {};

/** An operation that takes parameters, and refuses those that are missing or of the wrong kind. */
export const defineOperation = <R extends t.Props = NoFields, O extends t.Props = NoFields>(
  { privilege, required, optional, since }: OperationDefinition<R, O>,
  handle: (vcenter: SimulatedVCenter, input: t.TypeOfProps<R> & t.TypeOfPartialProps<O>, call: OperationCall) => unknown,
): OperationHandler => {
  const [must, may] = [required ?? ({} as R), optional ?? ({} as O)];
  const decode = decoder(t.intersection([t.type(must), t.partial(may)]));
  return {
    fields: [...Object.keys(must), ...Object.keys(may)],
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
      if (issue?.found === 'nothing') throw missingField(path);
      throw invalidArgument(`Expected ${issue?.expected} as ${path}, found ${issue?.found}.`, path);
    },
  };
};

/** Refuses a user who does not have a privilege. */
export const requirePrivilege = (user: SimulatedUser, privilege: string): void => {
  if (!isGranted(user, privilege)) throw unauthorized(privilege);
};
