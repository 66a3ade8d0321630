/** A file has fewer or more bytes than expected. */
export class TruncatedError extends Error {
  readonly _tag = 'TruncatedError';
  override readonly name = 'TruncatedError';
  readonly file: string;
  /** The expected length in bytes. */
  readonly expected: number;
  /** The number of bytes received. */
  readonly received: number;
  constructor(facts: { file: string; expected: number; received: number }, options?: ErrorOptions) {
    super(
      `${JSON.stringify(facts.file)} is ${facts.received > facts.expected ? 'too long' : 'truncated'}: ` +
        `received ${facts.received} of ${facts.expected} bytes. No file was saved; download it again.`,
      options,
    );
    this.file = facts.file;
    this.expected = facts.expected;
    this.received = facts.received;
  }
}
