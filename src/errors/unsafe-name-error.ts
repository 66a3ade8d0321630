import { withoutPeriod } from './without-period.ts';

/** A file name that would leave the target directory, or is invalid on some file system. */
export class UnsafeNameError extends Error {
  readonly _tag = 'UnsafeNameError';
  override readonly name = 'UnsafeNameError';
  /** The name that the server sent. */
  readonly file: string;
  readonly reason: string;
  constructor(facts: { file: string; reason: string }) {
    super(`${JSON.stringify(facts.file)} is not a safe file name: ${withoutPeriod(facts.reason)}. Nothing was written.`);
    this.file = facts.file;
    this.reason = facts.reason;
  }
}
