/** Reads server, credentials and trust: from flags, then `VCENTER_…`, then the environment variables of govc. */

import { readFileSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import type { ReadStream } from 'node:tty';
import { isContentLibraryError, vcenter, type Credentials, type VCenterOptions } from '../../index.ts';
import { nodeFetch } from '../../node/index.ts';
import { usageError } from '../command-error.ts';
import { logRequests } from '../output/request-log.ts';
import { assertUnambiguous } from './address.ts';
import { withHttpsCheck } from './https-check.ts';
import { runPasswordCommand } from './password-command.ts';
import { configPath, readProfile } from './profiles.ts';
import { promptForSecret } from './secret-prompt.ts';
import { list, resolveSettings, type Secret, type SettingFlags, type Settings } from './settings.ts';
import { decodeText, systemCode } from './text-file.ts';
import { readTrust, type TrustFlags } from './trust.ts';

/** The flags of a connection. */
export interface ConnectionFlags extends SettingFlags, TrustFlags {
  readonly password?: string;
  readonly dialect?: string;
  readonly downloadHost?: string;
  /** True to print each request. */
  readonly verbose?: boolean;
  /** Seconds without progress. */
  readonly timeout?: number;
}

/**
 * Reads the flags, the environment and, where a flag requires it, standard input. An empty variable counts as not set.
 *
 * @param warn - Called with a warning for the user.
 */
export const readConnection = async (
  flags: ConnectionFlags,
  env: NodeJS.ProcessEnv = process.env,
  stdin: SecretInput = process.stdin,
  warn = (message: string): void => void process.stderr.write(`Warning: ${message}\n`),
): Promise<VCenterOptions> => {
  assertNoSecretFlag(flags);
  const settings = resolveSettings(flags, env, readSecretFile, (name) => readProfile(configPath(env), name, warn));
  const { address, credentials, origin, profile } = settings;
  const { dialect = profile?.dialect ?? 'auto', downloadHost = profile?.download_host, timeout } = flags;
  if (dialect !== 'auto' && dialect !== 'api' && dialect !== 'rest')
    throw usageError(`Invalid --dialect: expected api, rest or auto, got ${JSON.stringify(dialect)}.`);
  if (downloadHost !== undefined) assertUnambiguous('--download-host', downloadHost);
  const trust = readTrust(flags, { env, server: address.url, isGovc: origin === 'govc', profile });
  origins.set(flags, { settings: settings.sources, trust: trust.source });
  const plain = asUsageError(() => nodeFetch(trust.options));
  const write = (line: string): void => void process.stderr.write(`${line}\n`);
  const fetch = flags.verbose === true ? logRequests(plain, address.server, write) : plain;
  const options: VCenterOptions = {
    server: address.server,
    fetch: address.url.protocol === 'http:' ? withHttpsCheck(fetch, address.server) : fetch,
    dialect,
    credentials: await readCredentials(credentials, stdin),
    ...(downloadHost === undefined ? {} : { downloadHost }),
    ...(timeout === undefined ? {} : limitWaits(timeout * 1000)),
  };
  // Only validates the options: it sends nothing.
  asUsageError(() => vcenter(options));
  if (trust.options.insecure === true && address.url.protocol === 'https:')
    warn(
      `${trust.source} accepts any certificate: an attacker on the network can read the password and change the files. Use --thumbprint or --ca instead.`,
    );
  return options;
};

/** Standard input: a terminal, a file or a pipe. */
type SecretInput = AsyncIterable<Uint8Array> & { readonly isTTY?: boolean };

const isTerminal = (input: SecretInput): input is ReadStream => input.isTTY === true;

/** Where the settings of a connection were read from: names of flags, variables, and fields of a profile. */
export interface ConnectionOrigins {
  /** Those of server and credentials. */
  readonly settings: readonly string[];
  /** That of the trusted certificates. */
  readonly trust: string;
}

/** The origins of each connection, by its flags. */
const origins = new WeakMap<ConnectionFlags, ConnectionOrigins>();

/** Returns where the settings were read from by {@link readConnection}. */
export const originsOf = (flags: ConnectionFlags): ConnectionOrigins => origins.get(flags) ?? { settings: [], trust: '' };

/** Returns a sentence about where server and credentials were read from, if an error may be due to them, or else an empty text. */
export const describeSources = (flags: ConnectionFlags, thrown: unknown): string => {
  const names = originsOf(flags).settings;
  if (names.length === 0 || !isContentLibraryError(thrown)) return '';
  return ['AuthenticationError', 'TransportError'].includes(thrown._tag) ? `The connection was set by ${list(names)}.` : '';
};

/** Milliseconds until a request must have a response, so that one that hangs is repeated within a longer limit. */
const REQUEST_TIMEOUT = 60_000;

/** All attempts of a call end within the limit. */
const limitWaits = (limit: number): Pick<VCenterOptions, 'timeout' | 'retry'> => ({
  timeout: Math.min(limit, REQUEST_TIMEOUT),
  retry: { budget: limit },
});

/** Other users of the machine can read the flags of a process. */
const assertNoSecretFlag = ({ password, sessionId }: ConnectionFlags): void => {
  if (password !== undefined)
    throw usageError('--password is not supported, because other users can read it. Use --password-stdin or VCENTER_PASSWORD.');
  if (sessionId !== undefined && sessionId !== '-')
    throw usageError(
      'A session id on the command line can be read by other users. Set VCENTER_SESSION_ID, or pipe it in with --session-id -.',
    );
};

/** The flags and variables of the library's options. */
const FLAGS: Readonly<Record<string, string>> = {
  downloadHost: '--download-host',
  thumbprint: '--thumbprint',
  ca: '--ca',
  proxy: 'HTTPS_PROXY',
  credentials: 'The user name',
};

/** An invalid option is a usage error, because it is from the command line: its message names the flag. */
const asUsageError = <A>(create: () => A): A => {
  try {
    return create();
  } catch (thrown) {
    if (!(thrown instanceof TypeError)) throw thrown;
    throw usageError(`${thrown.message.replace(/^(\w+):/, (text, option: string) => `${FLAGS[option] ?? text.slice(0, -1)}:`)}.`);
  }
};

/** As govc does, returns the content of the file that a variable names, without the white space around it, or else the value. */
const readSecretFile = (name: string, value: string): string => {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(value);
  } catch (thrown) {
    if (systemCode(thrown) === 'EACCES' || systemCode(thrown) === 'EPERM')
      throw usageError(`${name} names a file that this user must not read.`);
    return value;
  }
  return decodeText(bytes, `The file of ${name}`).trim();
};

const readCredentials = async (credentials: Settings['credentials'], stdin: SecretInput): Promise<Credentials> => {
  const read = async (secret: Secret, what: string): Promise<string> => {
    if ('value' in secret) return secret.value;
    if ('command' in secret) return runPasswordCommand(secret.command);
    if (isTerminal(stdin)) return promptForSecret(what, stdin, process.stderr);
    const text = decodeText(await buffer(stdin), 'Standard input').replace(/\r?\n$/, '');
    if (text === '') throw usageError(`Missing ${what}: standard input is empty.`);
    return text;
  };
  if ('sessionId' in credentials) return { sessionId: (await read(credentials.sessionId, 'session id')).trim() };
  return { username: credentials.username, password: await read(credentials.password, 'password') };
};
