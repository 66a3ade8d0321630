/** One place where a response does not match the specification. */
export interface DecodeIssue {
  /** Path of the value, e.g. `[2].download_endpoint.uri`; empty for the whole response. */
  readonly path: string;
  readonly expected: string;
  readonly found: string;
}

/** The server's response does not match VMware's specification. */
export class DecodeError extends Error {
  readonly _tag = 'DecodeError';
  override readonly name = 'DecodeError';
  /** The operation, or the name of the structure that was decoded. */
  readonly operation: string;
  readonly issues: readonly DecodeIssue[];
  constructor(facts: { operation: string; issues: readonly DecodeIssue[] }) {
    const [first] = facts.issues;
    const more = facts.issues.length > 1 ? ` (and ${facts.issues.length - 1} more)` : '';
    super(
      `${facts.operation}: the response does not match vCenter's specification: ` +
        `${first === undefined ? 'it cannot be read' : `${first.path === '' ? '' : `${first.path}: `}expected ${first.expected}, found ${first.found}`}${more}. ` +
        'Check that the server is a vCenter, with no proxy or portal in between.',
    );
    this.operation = facts.operation;
    this.issues = facts.issues;
  }
}
