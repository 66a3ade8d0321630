import { toSeconds } from './timeout-error.ts';

/** A status of a file, and when it was first observed. */
export interface ObservedStatus {
  readonly file: string;
  readonly status: string;
  /** When it was first observed, in milliseconds since the wait began. */
  readonly after: number;
}

/** A preparation took longer than `patience`. */
export class PatienceError extends Error {
  readonly _tag = 'PatienceError';
  override readonly name = 'PatienceError';
  /** What was not ready in time, e.g. `The preparation of "disk.vmdk"`. */
  readonly waitedFor: string;
  /** The time allowed, in milliseconds. */
  readonly patience: number;
  /** The statuses that were observed, in order, without repeats. */
  readonly statuses: readonly string[];
  /** Every change of every file, in order. */
  readonly history: readonly ObservedStatus[];
  constructor(facts: { waitedFor: string; patience: number; history: readonly ObservedStatus[] }) {
    const first = new Map<string, number>();
    for (const { status, after } of facts.history) if (!first.has(status)) first.set(status, after);
    const statuses = [...first].map(([status, after]) => `${status} after ${toSeconds(after)}`);
    super(
      `${facts.waitedFor} took longer than ${toSeconds(facts.patience)}; ` +
        `${statuses.length === 0 ? 'no status was received' : `observed: ${statuses.join(', ')}`}. ` +
        'Allow more time, or check the item in the vSphere Client.',
    );
    this.waitedFor = facts.waitedFor;
    this.patience = facts.patience;
    this.statuses = [...first.keys()];
    this.history = facts.history;
  }
}
