/** No response and no data within the time allowed. */
export class TimeoutError extends Error {
  readonly _tag = 'TimeoutError';
  override readonly name = 'TimeoutError';
  readonly operation: string;
  /** The time allowed, in milliseconds. */
  readonly timeout: number;
  constructor(facts: { operation: string; timeout: number }) {
    super(`${facts.operation}: no data from the server for ${toSeconds(facts.timeout)}. Try again, or allow more time.`);
    this.operation = facts.operation;
    this.timeout = facts.timeout;
  }
}

/** Formats milliseconds for a message, e.g. `1.5 s`. */
export const toSeconds = (milliseconds: number): string => `${Number((milliseconds / 1000).toFixed(1))} s`;
