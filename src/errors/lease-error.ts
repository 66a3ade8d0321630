import { withoutPeriod } from './without-period.ts';

/**
 * How a download session ended:
 *
 * - `gone`: it expired or was deleted; the server does not say which.
 * - `cancelled`: another client cancelled it.
 * - `failed`: its state is `ERROR`.
 */
export type LeaseEnding = 'gone' | 'cancelled' | 'failed';

/** The download session, which is a lease, ended while its files were still needed. */
export class LeaseError extends Error {
  readonly _tag = 'LeaseError';
  override readonly name = 'LeaseError';
  readonly downloadSessionId: string;
  readonly ending: LeaseEnding;
  constructor(facts: { downloadSessionId: string; reason: string; ending?: LeaseEnding }, options?: ErrorOptions) {
    super(
      `Download session ${facts.downloadSessionId} has ended: ${withoutPeriod(facts.reason)}. Start the download again with a new session.`,
      options,
    );
    this.downloadSessionId = facts.downloadSessionId;
    this.ending = facts.ending ?? 'gone';
  }
}
