/** Reads a profile: a named connection in the user's configuration file. */

import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { nearestName } from '../../options/index.ts';
import { messageOf, usageError } from '../command-error.ts';
import { decodeText, systemCode } from './text-file.ts';

/** Environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A named connection. The fields are those of the file. */
export interface Profile {
  readonly name: string;
  readonly server?: string;
  readonly username?: string;
  readonly password?: string;
  /** Prints the password: a line for the shell, or a program with its arguments. */
  readonly password_command?: string | readonly string[];
  readonly thumbprint?: string;
  readonly ca?: string;
  readonly insecure?: boolean;
  readonly dialect?: string;
  readonly download_host?: string;
}

const isString = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isCommand = (value: unknown): boolean =>
  isString(value) || (Array.isArray(value) && value.length > 0 && value.every(isString));

/** What each field must be. */
const FIELDS: Readonly<
  Record<Exclude<keyof Profile, 'name'>, readonly [expected: string, isValid: (value: unknown) => boolean]>
> = {
  server: ['a text', isString],
  username: ['a text', isString],
  password: ['a text', isString],
  password_command: ['a text, or a list of texts', isCommand],
  thumbprint: ['a text', isString],
  ca: ['a text', isString],
  insecure: ['true or false', (value) => typeof value === 'boolean'],
  dialect: ['api, rest or auto', (value) => value === 'api' || value === 'rest' || value === 'auto'],
  download_host: ['a text', isString],
};

/**
 * Returns the path of the configuration file: `content-library/config.json` in `XDG_CONFIG_HOME` or `~/.config`, on Windows in `APPDATA`.
 * It is never in the working directory, whose files may be another user's.
 */
export const configPath = (env: Environment, platform: string = process.platform, home: string = homedir()): string => {
  const base = platform === 'win32' ? env['APPDATA'] : env['XDG_CONFIG_HOME'];
  const isUsable = base !== undefined && isAbsolute(base);
  return join(isUsable ? base : join(home, '.config'), 'content-library', 'config.json');
};

/**
 * Reads a profile from the configuration file.
 *
 * @param name - `undefined`: the one that the field `default` names, if any.
 * @param warn - Called if other users can read a password in the file.
 * @throws CommandError (usage) if the file is invalid, or has no such profile.
 */
export const readProfile = (path: string, name: string | undefined, warn: (message: string) => void): Profile | undefined => {
  const config = readConfig(path);
  if (config === undefined) {
    if (name === undefined) return undefined;
    throw usageError(
      `There is no profile ${JSON.stringify(name)}, because ${path} does not exist. Create that file, or omit --profile.`,
    );
  }
  const selected = name ?? config.default;
  if (selected === undefined) return undefined;
  const fields = Object.hasOwn(config.profiles, selected) ? config.profiles[selected] : undefined;
  if (fields === undefined) throw usageError(unknownProfileMessage(path, selected, Object.keys(config.profiles)));
  const profile = toProfile(path, selected, fields);
  if (profile.password !== undefined && isReadableByOthers(path))
    warn(`${path} contains a password, and other users can read it. Run chmod 600, or use password_command.`);
  return profile;
};

interface Config {
  readonly default?: string;
  readonly profiles: Readonly<Record<string, unknown>>;
}

const readConfig = (path: string): Config | undefined => {
  let text: string;
  try {
    text = decodeText(readFileSync(path), path);
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT' || systemCode(thrown) === 'ENOTDIR') return undefined;
    throw usageError(systemCode(thrown) === undefined ? messageOf(thrown) : `Cannot read the profiles: ${messageOf(thrown)}`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // The message of the parser quotes the text, which may contain a password.
    throw usageError(`${path} is not JSON.`);
  }
  if (!isObject(json)) throw usageError(`${path}: expected an object with the field profiles.`);
  assertKnownFields(path, json, ['default', 'profiles']);
  const { default: selected, profiles } = json;
  if (selected !== undefined && typeof selected !== 'string')
    throw usageError(`${path}: default: expected the name of a profile.`);
  if (!isObject(profiles)) throw usageError(`${path}: profiles: expected an object with a field for each profile.`);
  return { profiles, ...(selected === undefined ? {} : { default: selected }) };
};

const toProfile = (path: string, name: string, fields: unknown): Profile => {
  const place = `${path}: profiles.${name}`;
  if (!isObject(fields)) throw usageError(`${place}: expected an object with server, username and password_command.`);
  assertKnownFields(place, fields, Object.keys(FIELDS));
  for (const [field, [expected, isValid]] of Object.entries(FIELDS))
    if (fields[field] !== undefined && !isValid(fields[field])) throw usageError(`${place}.${field}: expected ${expected}.`);
  if (fields['password'] !== undefined && fields['password_command'] !== undefined)
    throw usageError(`${place}: password and password_command exclude each other: remove one of them.`);
  const { ca } = fields;
  // Not relative to the working directory.
  return { ...fields, name, ...(typeof ca === 'string' ? { ca: resolve(dirname(path), ca) } : {}) };
};

const assertKnownFields = (place: string, value: object, known: readonly string[]): void => {
  for (const field of Object.keys(value)) {
    if (known.includes(field)) continue;
    const nearest = nearestName(field, known);
    throw usageError(
      `${place}.${field}: unknown field; ${nearest === undefined ? `the fields are ${known.join(', ')}` : `did you mean ${nearest}?`}`,
    );
  }
};

const unknownProfileMessage = (path: string, name: string, known: readonly string[]): string => {
  const names = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
  return `${path} has no profile ${JSON.stringify(name)}: ${names}.`;
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Windows has access lists instead of these bits. */
const isReadableByOthers = (path: string): boolean => process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0;
