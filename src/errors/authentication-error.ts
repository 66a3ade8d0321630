import type { ErrorMessage } from './api-error.ts';

/** The user name, the password or the session id was rejected. */
export class AuthenticationError extends Error {
  readonly _tag = 'AuthenticationError';
  override readonly name = 'AuthenticationError';
  readonly server: string;
  readonly messages: readonly ErrorMessage[];
  constructor(facts: { server: string; reason: string; messages: readonly ErrorMessage[] }, options?: ErrorOptions) {
    super(`${facts.server}: ${facts.reason}`, options);
    this.server = facts.server;
    this.messages = facts.messages;
  }
}
