/** How an operation is written down: what it takes, and what it answers. */

import { decoder, type Codec } from '../../model.ts';
import type { User } from '../options/user.ts';
import type { ApiSession } from '../state/api-sessions.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { invalidArgument } from './refusal.ts';

/** A request once the dialect's clothes are off. */
export interface Call {
  /** The parameters under VMware's names, wherever the dialect carries them. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Who is asking. */
  readonly caller: ApiSession;
  /** Scheme, host and port that the request was sent to. */
  readonly origin: string;
}

/** What answers an operation. It throws a `Refusal` or returns what the contract says; nothing for void. */
export type Handler =
  /** Called with the user whose name and password were sent. */
  | { readonly login: 'basic'; readonly answer: (vcenter: SimulatedVCenter, user: User) => unknown }
  /** Called if an API session was sent that is alive. */
  | { readonly login: 'session'; readonly answer: (vcenter: SimulatedVCenter, call: Call) => unknown };

/** An operation that takes parameters, and refuses those that are missing or of the wrong kind. */
export const taking = <I>(codec: Codec<I>, answer: (vcenter: SimulatedVCenter, input: I, call: Call) => unknown): Handler => {
  const decode = decoder(codec);
  return {
    login: 'session',
    answer: (vcenter, call) => {
      const decoded = decode(call.input);
      if (decoded._tag === 'Right') return answer(vcenter, decoded.right, call);
      const [issue] = decoded.left.issues;
      throw invalidArgument(`Expected ${issue?.expected} as ${issue?.path}, found ${issue?.found}.`, issue?.path ?? '');
    },
  };
};
