/** Parses the address of a server, as users and govc write it. */

import { usageError } from '../command-error.ts';

/** A server, and the user that its address contains. */
export interface Address {
  readonly url: URL;
  /** Origin and path, without user and password. */
  readonly server: string;
  /** Empty if there is none. */
  readonly username: string;
  /** Empty if there is none. */
  readonly password: string;
}

/**
 * Accepts `host`, `user:password@host` and `https://host/path`. The path `/sdk` at the end, which govc uses, is removed.
 *
 * Characters that make a URL parser connect to another host than the one meant are a usage error. The message has the name of the setting
 * and not its value, which may contain a password.
 */
export const parseAddress = (name: string, text: string): Address => {
  assertUnambiguous(name, text);
  const full = /^[a-z][a-z\d+.-]*:\/\//i.test(text) ? text : `https://${text}`;
  const [, afterAuthority = ''] = /^[^/]*\/\/[^/?#]*(.*)$/.exec(full) ?? [];
  if (afterAuthority.includes('@')) throw invalidError(name, 'in a user name or password, write / as %2F, ? as %3F and # as %23');
  if (/[?#]/.test(afterAuthority)) throw invalidError(name, 'it has a query or a fragment: remove what follows ? or #');
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (url === undefined || !['https:', 'http:'].includes(url.protocol))
    throw invalidError(name, 'expected one such as https://vcenter.example.com');
  return {
    url,
    server: url.origin + url.pathname.replace(/\/+$/, '').replace(/(?:\/sdk)?$/, ''),
    username: decodePercent(url.username),
    password: decodePercent(url.password),
  };
};

/** A URL parser treats a backslash as a slash, and ignores line breaks, tabs and invisible characters. */
export const assertUnambiguous = (name: string, text: string): void => {
  if (text.includes('\\')) throw invalidError(name, 'it contains a backslash. Write DOMAIN\\user as DOMAIN%5Cuser');
  if (/[\s\p{C}]/u.test(text))
    throw invalidError(name, 'it contains a space, a line break or another invisible character. Write a space as %20');
};

const invalidError = (name: string, reason: string): Error => usageError(`Invalid ${name}: ${reason}.`);

/** Returns the text unchanged if a percent sign in it encodes nothing. */
const decodePercent = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
