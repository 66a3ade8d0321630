import type { ErrorMessage } from './api-error.ts';
import { describeMessages } from './server-messages.ts';

/** The user name, the password or the session id was rejected. */
export class AuthenticationError extends Error {
  readonly _tag = 'AuthenticationError';
  override readonly name = 'AuthenticationError';
  readonly server: string;
  /** The operation that was refused: `cis.Session.create` is the login. */
  readonly operation: string;
  readonly messages: readonly ErrorMessage[];
  constructor(
    facts: { server: string; operation: string; reason: string; messages: readonly ErrorMessage[] },
    options?: ErrorOptions,
  ) {
    const text = describeMessages(facts.messages);
    const source = text === undefined ? 'No message from vCenter; the response may come from a proxy.' : `vCenter: ${text}`;
    super(`${facts.server}: ${facts.reason} ${source}`, options);
    this.server = facts.server;
    this.operation = facts.operation;
    this.messages = facts.messages;
  }
}
