/** What vCenter answers when it refuses, and answers that are not vCenter's. */

/** What vCenter says about a failure, in English; the first message of several is the operation's own, the others are its causes. */
export interface ErrorMessage {
  /** Stable key of the message, good for programs. */
  readonly id: string;
  readonly default_message: string;
  readonly args: readonly string[];
  /** Named arguments, as the server sent them. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** The text in the language that was asked for, if one was. */
  readonly localized?: string;
}

/** vCenter refused an operation, and said why. */
export class ApiError extends Error {
  readonly _tag = 'ApiError';
  override readonly name = 'ApiError';
  readonly operation: string;
  /** The HTTP status. The dialects disagree on it for six error types: decide by `error_type`. */
  readonly status: number;
  /** VMware's discriminator, e.g. `NOT_FOUND`; derived from the status where the server sent none. */
  readonly error_type: string;
  readonly messages: readonly ErrorMessage[];
  /** What the server adds for programs; opaque. */
  readonly data: unknown;
  /** Milliseconds, from the arrival of the answer, that the server asks to wait before trying again; not set where it does not ask. */
  readonly retryAfter: number | undefined;
  constructor(facts: {
    operation: string;
    status: number;
    error_type: string;
    messages: readonly ErrorMessage[];
    data?: unknown;
    retryAfter?: number | undefined;
  }) {
    const said = facts.messages.map((message) => message.default_message).filter((text) => text !== '');
    super(
      `${facts.operation}: ${facts.error_type} (${facts.status})` +
        `${said.length === 0 ? ', without a message of vCenter: did a proxy answer?' : `: ${said.join(' ')}`}${advice(facts.error_type, facts.messages)}`,
    );
    this.operation = facts.operation;
    this.status = facts.status;
    this.error_type = facts.error_type;
    this.messages = facts.messages;
    this.data = facts.data;
    this.retryAfter = facts.retryAfter;
  }
}

/** One place where an answer is not what the contract says. */
export interface DecodeIssue {
  /** Where, e.g. `[2].download_endpoint.uri`; empty for the answer as a whole. */
  readonly path: string;
  readonly expected: string;
  readonly found: string;
}

/** The server's answer is not what VMware's specification says. */
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
      `${facts.operation}: the answer is not what vCenter's specification says: ` +
        `${first === undefined ? 'it cannot be read' : `${first.path === '' ? '' : `${first.path}: `}expected ${first.expected}, found ${first.found}`}${more}. ` +
        'Is this the address of a vCenter, with no proxy or portal in between?',
    );
    this.operation = facts.operation;
    this.issues = facts.issues;
  }
}

/** The message of the answer to a login above the limit of sessions a user may have. */
export const sessionLimitId = 'com.vmware.vapi.endpoint.failedToLoginMaxUserSessionCountReached';

/** The messages of an answer to a request for an operation that the server does not have. */
export const unknownRouteId = /httpNotFound$|operationsForUrlNotFound$|vapi\.method\.input\.invalid\.interface$/;

const advice = (type: string, messages: readonly ErrorMessage[]): string => {
  if (messages.some((message) => message.id === sessionLimitId))
    return ' End sessions that are no longer used, or wait until they run out.';
  if (type === 'OPERATION_NOT_FOUND' || messages.some((message) => unknownRouteId.test(message.id)))
    return ' This vCenter does not know the operation: try the other dialect.';
  if (type === 'UNAUTHORIZED')
    return (
      ' The user needs ContentLibrary.DownloadSession on the item and System.Read on its library,' +
      ' granted as a global permission (libraries are not below the inventory root).'
    );
  return '';
};
