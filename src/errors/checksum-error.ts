/** The bytes received do not match vCenter's checksum. */
export class ChecksumError extends Error {
  readonly _tag = 'ChecksumError';
  override readonly name = 'ChecksumError';
  readonly file: string;
  readonly algorithm: string;
  /** The checksum that vCenter states. */
  readonly expected: string;
  /** The checksum of the bytes received. */
  readonly actual: string;
  constructor(facts: { file: string; algorithm: string; expected: string; actual: string }) {
    super(
      `${JSON.stringify(facts.file)} is corrupt: its ${facts.algorithm} is ${facts.actual}, expected ${facts.expected}. ` +
        'No file was saved; download it again.',
    );
    this.file = facts.file;
    this.algorithm = facts.algorithm;
    this.expected = facts.expected;
    this.actual = facts.actual;
  }
}
