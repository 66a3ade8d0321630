/** Messages of vCenter as a part of an error's message. */

/** The texts of a message; see `ErrorMessage`. */
interface MessageTexts {
  readonly id: string;
  readonly default_message: string;
  readonly localized?: string;
}

/** Returns a text of the server without control characters, line breaks and invisible formatting, which could forge other output. */
export const printable = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();

/** Returns the texts of the messages in one line, or their ids if they have no texts; `undefined` without either. */
export const describeMessages = (messages: readonly MessageTexts[]): string | undefined => {
  const texts = messages.map(({ id, default_message, localized }) => printable(default_message || localized || id));
  const text = texts.filter((each) => each !== '').join(' ');
  return text === '' ? undefined : text;
};
