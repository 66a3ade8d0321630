import type { ErrorMessage } from './api-error.ts';
import { describeMessages } from './server-messages.ts';
import { withoutPeriod } from './without-period.ts';

/** vCenter could not prepare a file for download: its status is `ERROR`. */
export class PreparationError extends Error {
  readonly _tag = 'PreparationError';
  override readonly name = 'PreparationError';
  readonly file: string;
  /** VMware's message key, if the server sent a message. */
  readonly id: string | undefined;
  /** The server's message, if it sent one. */
  readonly serverMessage: string | undefined;
  readonly args: readonly string[];
  constructor(facts: { file: string; message?: ErrorMessage | undefined }) {
    const reason = describeMessages(facts.message === undefined ? [] : [facts.message]) ?? 'no reason given';
    super(
      `vCenter could not prepare ${JSON.stringify(facts.file)}: ${withoutPeriod(reason)}. ` +
        "Check the item's tasks and events in the vSphere Client; a subscribed item may have to be synchronized first.",
    );
    this.file = facts.file;
    this.id = facts.message?.id;
    this.serverMessage = facts.message?.default_message;
    this.args = facts.message?.args ?? [];
  }
}
