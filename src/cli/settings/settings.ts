/** Selects server and credentials: one complete set from one origin. Nothing of one origin is combined with anything of another. */

import { usageError } from '../command-error.ts';
import { parseAddress, type Address } from './address.ts';
import type { Environment, Profile } from './profiles.ts';

/** The flags that belong to a set. */
export interface SettingFlags {
  readonly server?: string;
  readonly username?: string;
  /** True to read the password from standard input. */
  readonly passwordStdin?: boolean;
  /** `-`: read the id of an API session from standard input. */
  readonly sessionId?: string;
  /** Name of a profile, which then is the only origin. */
  readonly profile?: string;
}

/** A secret, or where to read it. */
export type Secret = { readonly value: string } | { readonly stdin: true } | { readonly command: string | readonly string[] };

/** A complete set. */
export interface Settings {
  readonly address: Address;
  readonly credentials: { readonly sessionId: Secret } | { readonly username: string; readonly password: Secret };
  readonly origin: Origin['kind'];
  /** The profile, if the set is from one. */
  readonly profile?: Profile;
  /** The names of the flags or variables that the set was read from. */
  readonly sources: readonly string[];
}

/** What one origin has; a part that is not set, or set to nothing, is `undefined`. */
interface Origin {
  readonly kind: 'flags' | 'variables' | 'govc' | 'profile';
  /** The name of each part, such as `VCENTER_URL`. */
  readonly names: Readonly<Record<Part, string>>;
  readonly server: string | undefined;
  readonly username: string | undefined;
  readonly password: Secret | undefined;
  readonly session: Secret | undefined;
  readonly profile?: Profile;
}

type Part = 'server' | 'username' | 'password' | 'session';

/**
 * Returns the set of the first origin that has any part of one: flags, `VCENTER_…`, `GOVC_…`, the default profile. With `--profile`, only
 * that profile counts.
 *
 * @param readSecret - Returns the content of the file that a variable of govc may name, or the value itself.
 * @param readProfile - Returns a profile, by default the one that the configuration file states.
 * @throws CommandError (usage) if that set is incomplete or invalid.
 */
export const resolveSettings = (
  flags: SettingFlags,
  env: Environment,
  readSecret: (name: string, value: string) => string,
  readProfile: (name?: string) => Profile | undefined = () => undefined,
): Settings => {
  const named = notEmpty('--profile', flags.profile);
  const fromSelected = () => fromProfile(readProfile(named));
  if (named !== undefined) {
    const others = presentNames(fromFlags(flags));
    if (others.length > 0) throw usageError(`--profile states the whole connection: pass it without ${list(others)}.`);
    return toSettings(fromSelected());
  }
  const origins = [() => fromFlags(flags), () => fromVariables(env), () => fromGovc(env, readSecret), fromSelected];
  for (const read of origins) {
    const origin = read();
    if ((origin.server ?? origin.username ?? origin.password ?? origin.session) !== undefined) return toSettings(origin);
  }
  throw usageError('Missing server: pass --server https://vcenter.example.com, set VCENTER_URL, or pass --profile.');
};

const fromFlags = ({ server, username, passwordStdin, sessionId }: SettingFlags): Origin => ({
  kind: 'flags',
  names: { server: '--server', username: '--username', password: '--password-stdin', session: '--session-id -' },
  server: notEmpty('--server', server),
  username: notEmpty('--username', username),
  password: passwordStdin === true ? { stdin: true } : undefined,
  session: sessionId === undefined ? undefined : { stdin: true },
});

/** A flag that is set to nothing is a mistake, such as an unset variable of a script. */
const notEmpty = (flag: string, value: string | undefined): string | undefined => {
  if (value === '') throw usageError(`${flag} is empty. Pass a value, or omit the flag.`);
  return value;
};

const fromVariables = (env: Environment): Origin => ({
  kind: 'variables',
  names: { server: 'VCENTER_URL', username: 'VCENTER_USERNAME', password: 'VCENTER_PASSWORD', session: 'VCENTER_SESSION_ID' },
  server: env['VCENTER_URL'] || undefined,
  username: env['VCENTER_USERNAME'] || undefined,
  password: toSecret(env['VCENTER_PASSWORD']),
  session: toSecret(env['VCENTER_SESSION_ID']?.trim()),
});

const fromGovc = (env: Environment, readSecret: (name: string, value: string) => string): Origin => {
  const read = (name: string): string | undefined => (env[name] ? readSecret(name, env[name]) || undefined : undefined);
  return {
    kind: 'govc',
    names: { server: 'GOVC_URL', username: 'GOVC_USERNAME', password: 'GOVC_PASSWORD', session: '' },
    server: env['GOVC_URL'] || undefined,
    username: read('GOVC_USERNAME'),
    password: toSecret(read('GOVC_PASSWORD')),
    session: undefined,
  };
};

const fromProfile = (profile: Profile | undefined): Origin => {
  const { name = '', server, username, password, password_command: command } = profile ?? {};
  const named = (field: string) => `${field} of the profile ${name}`;
  return {
    kind: 'profile',
    names: {
      server: named('server'),
      username: named('username'),
      password: named(password === undefined ? 'password_command' : 'password'),
      session: '',
    },
    server,
    username,
    password: command === undefined ? toSecret(password) : { command },
    session: undefined,
    ...(profile === undefined ? {} : { profile }),
  };
};

const toSecret = (value: string | undefined): Secret | undefined => (value ? { value } : undefined);

const toSettings = (origin: Origin): Settings => {
  const { kind, names, server, session } = origin;
  const address = server === undefined ? undefined : parseAddress(names.server, server);
  // Other users of the machine can read the flags of a process.
  if (kind === 'flags' && address !== undefined && address.password !== '')
    throw usageError(
      '--server contains a password, which other users can read. Pipe it in with --password-stdin, or set VCENTER_URL, VCENTER_USERNAME and VCENTER_PASSWORD.',
    );
  if (kind === 'flags' && session !== undefined && origin.password !== undefined)
    throw usageError('--password-stdin and --session-id - cannot both read standard input: pass one of them.');
  const username = origin.username ?? (address?.username || undefined);
  const password = origin.password ?? toSecret(address?.password);
  if (address !== undefined && session !== undefined)
    return { address, credentials: { sessionId: session }, origin: kind, sources: [names.server, names.session] };
  if (address !== undefined && username !== undefined && password !== undefined)
    return {
      address,
      credentials: { username, password },
      origin: kind,
      sources: presentNames(origin),
      ...(origin.profile === undefined ? {} : { profile: origin.profile }),
    };
  throw incompleteError(origin, { server: address, ...(session === undefined ? { username, password } : {}) });
};

/** @param parts - The required parts; those that are missing are `undefined`. */
const incompleteError = (origin: Origin, parts: Partial<Record<Part, unknown>>): Error => {
  const { names } = origin;
  const missing = Object.entries(parts).flatMap(([part, value]) => (value === undefined ? [part as Part] : []));
  const present = presentNames(origin);
  return usageError(
    `Missing ${list(missing)}: ${list(present)} ${present.length === 1 ? 'is' : 'are'} set, but not ${list(missing.map((part) => names[part]))}. ` +
      'Server, user and password must come from one place: all from flags, all from VCENTER_…, all from GOVC_…, or all from one profile.',
  );
};

const presentNames = (origin: Origin): readonly string[] =>
  (Object.keys(origin.names) as Part[]).filter((part) => origin[part] !== undefined).map((part) => origin.names[part]);

/** Formats `a, b and c`. */
export const list = (words: readonly string[]): string => words.join(', ').replace(/, (?=[^,]*$)/, ' and ');
