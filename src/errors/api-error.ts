import { describeMessages } from './server-messages.ts';

/** A message of vCenter about a failure, in English. The first of several describes the operation, the others its causes. */
export interface ErrorMessage {
  /** Stable key for programs. */
  readonly id: string;
  readonly default_message: string;
  readonly args: readonly string[];
  /** Named arguments, as the server sent them. */
  readonly params?: Readonly<Record<string, unknown>>;
  /** The text in the requested language, if one was requested. */
  readonly localized?: string;
}

/** vCenter rejected an operation. */
export class ApiError extends Error {
  readonly _tag = 'ApiError';
  override readonly name = 'ApiError';
  readonly operation: string;
  /** The HTTP status. The dialects disagree on it for six error types: decide by `error_type`. */
  readonly status: number;
  /** VMware's discriminator, e.g. `NOT_FOUND`; derived from the status if the server sent none. */
  readonly error_type: string;
  readonly messages: readonly ErrorMessage[];
  /** Additional data for programs; opaque. */
  readonly data: unknown;
  /** Milliseconds to wait before the next attempt, from `Retry-After`, counted from the response; not set without that header. */
  readonly retryAfter: number | undefined;
  constructor(facts: {
    operation: string;
    status: number;
    error_type: string;
    messages: readonly ErrorMessage[];
    data?: unknown;
    retryAfter?: number | undefined;
    /** Replaces the advice at the end of the message. */
    advice?: string;
  }) {
    super(
      `${facts.operation}: ${facts.error_type} (${facts.status}): ` +
        `${describeMessages(facts.messages) ?? 'no message from vCenter; the response may come from a proxy.'}${facts.advice ?? advice(facts)}`,
    );
    this.operation = facts.operation;
    this.status = facts.status;
    this.error_type = facts.error_type;
    this.messages = facts.messages;
    this.data = facts.data;
    this.retryAfter = facts.retryAfter;
  }
}

/** Id of the message for a login above the number of sessions that a user may have. */
export const SESSION_LIMIT_ID = 'com.vmware.vapi.endpoint.failedToLoginMaxUserSessionCountReached';

/** Ids of the messages for an operation that the server does not have. */
export const UNKNOWN_ROUTE_IDS = /httpNotFound$|operationsForUrlNotFound$|vapi\.method\.input\.invalid\.interface$/;

const advice = ({ operation, error_type: type, messages }: Pick<ApiError, 'operation' | 'error_type' | 'messages'>): string => {
  if (messages.some((message) => message.id === SESSION_LIMIT_ID))
    return ' End sessions that are no longer used, or wait until they expire.';
  if (type === 'OPERATION_NOT_FOUND' || messages.some((message) => UNKNOWN_ROUTE_IDS.test(message.id)))
    return ' This vCenter does not have the operation: try the other dialect.';
  // Only vCenter knows privileges, and a login needs none: other refusals come from a proxy or a firewall.
  if (type === 'UNAUTHORIZED' && messages.length > 0 && !operation.startsWith('cis.Session.'))
    return (
      ' The user needs ContentLibrary.DownloadSession on the item and System.Read on its library,' +
      ' granted as a global permission (libraries are not below the inventory root).'
    );
  return '';
};
