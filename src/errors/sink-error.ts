/** The sink could not open, write or commit a file. */
export class SinkError extends Error {
  readonly _tag = 'SinkError';
  override readonly name = 'SinkError';
  readonly path: string;
  /** The system's code: `EEXIST`, `ENOSPC`, `EACCES` …, if there is one. */
  readonly code: string | undefined;
  constructor(facts: { path: string; code?: string | undefined; reason: string }, options?: ErrorOptions) {
    super(`${facts.path}: ${facts.reason}`, options);
    this.path = facts.path;
    this.code = facts.code;
  }
}
