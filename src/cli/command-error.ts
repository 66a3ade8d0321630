/** Errors of the command itself. Loaded with every start, so it imports nothing of the library. */

/** A library or an item that a name may mean. */
export interface Candidate {
  readonly id: string;
  readonly name: string;
}

/** An error that has no class in the library. */
export class CommandError extends Error {
  readonly tag:
    | 'UsageError'
    | 'NotFoundError'
    | 'InterruptedError'
    | 'UnprovenError'
    | 'SomeFailedError'
    | 'DifferenceError'
    | 'CheckFailedError';
  /** The exit code. */
  readonly code: number;
  /** What an ambiguous name may mean. */
  readonly candidates: readonly Candidate[] | undefined;
  constructor(tag: CommandError['tag'], code: number, message: string, candidates?: readonly Candidate[]) {
    super(message);
    this.tag = tag;
    this.code = code;
    this.candidates = candidates;
  }
}

/** The command line, the environment or a file is invalid. */
export const usageError = (message: string): CommandError => new CommandError('UsageError', 2, message);

/** No library, item or file has this name. */
export const notFoundError = (message: string): CommandError => new CommandError('NotFoundError', 4, message);

/** Returns the message of any thrown value. */
export const messageOf = (thrown: unknown): string =>
  // Not `instanceof`: the error may come from another realm.
  typeof thrown === 'object' && thrown !== null && 'message' in thrown ? String(thrown.message) : String(thrown);
