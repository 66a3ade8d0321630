/** A file whose status did not change. */
export interface UnchangedStatus {
  readonly file: string;
  readonly status: string;
}

/** No response, no data and no change within the time allowed. */
export class TimeoutError extends Error {
  readonly _tag = 'TimeoutError';
  override readonly name = 'TimeoutError';
  readonly operation: string;
  /** The time allowed, in milliseconds. */
  readonly timeout: number;
  /** The files whose status was waited for. Empty if it was not a status. */
  readonly unchanged: readonly UnchangedStatus[];
  /** Host and port of the server, if known. */
  readonly host: string | undefined;
  constructor(facts: { operation: string; timeout: number; unchanged?: readonly UnchangedStatus[]; host?: string | undefined }) {
    const { operation, timeout, unchanged = [], host } = facts;
    super(
      unchanged.length === 0
        ? `${operation}: no data from ${host ?? 'the server'} for ${toSeconds(timeout)}. Try again, or allow more time.`
        : `${operation}: no change for ${toSeconds(timeout)}: ${describeStatuses(unchanged)}. ` +
            'Check the item in the vSphere Client, or allow more time.',
    );
    this.operation = operation;
    this.timeout = timeout;
    this.unchanged = unchanged;
    this.host = host;
  }
}

/** Files that a message names at most. */
const MAX_NAMED = 3;

const describeStatuses = (unchanged: readonly UnchangedStatus[]): string => {
  const named = unchanged.slice(0, MAX_NAMED).map(({ file, status }) => `${JSON.stringify(file)} is still ${status}`);
  const others = unchanged.length - named.length;
  return named.join(', ') + (others === 0 ? '' : `, and ${others} more`);
};

/** Formats milliseconds for a message, e.g. `1.5 s`. */
export const toSeconds = (milliseconds: number): string => `${Number((milliseconds / 1000).toFixed(1))} s`;
