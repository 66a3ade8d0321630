/** Messages that vCenter sends for people, and the errors that carry them. */

import * as t from 'io-ts';
import { list, struct, type Codec } from './codec.ts';

/** A message in English, with its key and its arguments. Source: `vapi.std.LocalizableMessage`. */
export interface LocalizableMessage {
  /** Stable key, good for programs. */
  readonly id: string;
  /** English text with the arguments filled in. */
  readonly default_message: string;
  /** Positional arguments; empty where there are none or they are named. */
  readonly args: readonly string[];
}

/** Decodes {@link LocalizableMessage}. */
export const LocalizableMessage: Codec<LocalizableMessage> = t.type(
  { id: t.string, default_message: t.string, args: list(t.string) },
  'LocalizableMessage',
);

/** The body of an error in `/api`, and the `value` of one in `/rest`. Source: `vapi.std.errors.Error`. */
export interface StdError {
  /** The first is the operation's view, the following are causes. */
  readonly messages: readonly LocalizableMessage[];
  /** For programs; opaque. */
  readonly data?: unknown;
  /** Discriminator such as `NOT_FOUND`; servers before 7.0 do not send it. */
  readonly error_type?: string;
}

/** Decodes {@link StdError}. */
export const StdError: Codec<StdError> = struct(
  'StdError',
  { messages: list(LocalizableMessage) },
  { data: t.unknown, error_type: t.string },
);
