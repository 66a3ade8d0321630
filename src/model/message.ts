/** vCenter's messages for users, and the errors that contain them. */

import * as t from 'io-ts';
import { enumeration, int64, list, map, struct, type Codec, type UnknownEnumValue } from './codec.ts';

/** The display format of a date and time in a message. */
export type DateTimeFormat = `${'SHORT' | 'MED' | 'LONG' | 'FULL'}_${'DATE' | 'TIME' | 'DATE_TIME'}`;

/** A named argument of a message; exactly one of `s`, `i`, `d`, `dt` and `l` is set. Source: `vapi.std.LocalizationParam`. */
export interface LocalizationParam {
  /** Text. */
  readonly s?: string;
  /** An integer. */
  readonly i?: number;
  /** A decimal number, displayed with `precision` fraction digits. */
  readonly d?: number;
  /** A date and time, ISO 8601, displayed in `format`. */
  readonly dt?: string;
  /** A nested message. */
  readonly l?: NestedLocalizableMessage;
  /** Not set means `SHORT_DATE_TIME`. */
  readonly format?: DateTimeFormat | UnknownEnumValue;
  /** Number of fraction digits. */
  readonly precision?: number;
}

/** A message that is an argument of another one. Source: `vapi.std.NestedLocalizableMessage`. */
export interface NestedLocalizableMessage {
  readonly id: string;
  readonly params?: Readonly<Record<string, LocalizationParam>>;
}

/** A message in English, with its key and its arguments. Source: `vapi.std.LocalizableMessage`. */
export interface LocalizableMessage {
  /** Stable key for programs. */
  readonly id: string;
  /** English text with the arguments filled in. */
  readonly default_message: string;
  /** Positional arguments; empty if there are none or they are named. */
  readonly args: readonly string[];
  /** Named arguments, since 7.0; not set if they are positional. `/rest` sends them as a list of pairs, which is decoded to this. */
  readonly params?: Readonly<Record<string, LocalizationParam>>;
  /** The text in the requested language, if one was requested. */
  readonly localized?: string;
}

const LocalizationParam: Codec<LocalizationParam> = t.recursion('LocalizationParam', () =>
  struct(
    'LocalizationParam',
    {},
    {
      s: t.string,
      i: int64,
      d: t.number,
      dt: t.string,
      l: NestedLocalizableMessage,
      format: enumeration<DateTimeFormat>('DateTimeFormat'),
      precision: int64,
    },
  ),
);

const NestedLocalizableMessage: Codec<NestedLocalizableMessage> = struct(
  'NestedLocalizableMessage',
  { id: t.string },
  { params: map(LocalizationParam) },
);

/** Decodes {@link LocalizableMessage}. */
export const LocalizableMessage: Codec<LocalizableMessage> = struct(
  'LocalizableMessage',
  { id: t.string, default_message: t.string, args: list(t.string) },
  { params: map(LocalizationParam), localized: t.string },
);

/** The body of an error in `/api`, and the `value` of one in `/rest`. Source: `vapi.std.errors.Error`. */
export interface StdError {
  /** The first describes the operation, the others its causes. */
  readonly messages: readonly LocalizableMessage[];
  /** For programs; opaque. */
  readonly data?: unknown;
  /** Discriminator such as `NOT_FOUND`, since 7.0. */
  readonly error_type?: string;
}

/** Decodes {@link StdError}. */
export const StdError: Codec<StdError> = struct(
  'StdError',
  { messages: list(LocalizableMessage) },
  { data: t.unknown, error_type: t.string },
);
