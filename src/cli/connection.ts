/** The connection flags: server, credentials and trust, from flags, then `VCENTER_…`, then the environment variables of govc. */

import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { vcenter, type Credentials, type VCenterOptions } from '../index.ts';
import { nodeFetch } from '../node/index.ts';
import { usageError } from './command-error.ts';
import { readTrust, type TrustFlags } from './trust.ts';

/** The flags of a connection. */
export interface ConnectionFlags extends TrustFlags {
  readonly server?: string;
  readonly username?: string;
  readonly passwordStdin?: boolean;
  readonly sessionId?: string;
  readonly dialect?: string;
  readonly downloadHost?: string;
}

/** Adds the connection flags to a command. */
export const withConnection = (command: Command): Command =>
  command
    .option('--server <url>', 'address of the vCenter (or VCENTER_URL, GOVC_URL)')
    .option('--username <name>', 'user name with its domain (or VCENTER_USERNAME, GOVC_USERNAME)')
    .option('--password-stdin', 'read the password from standard input (or set VCENTER_PASSWORD, GOVC_PASSWORD)')
    .option('--session-id <id>', 'use an existing API session; it is not logged out')
    .option('--thumbprint <hex>', 'the only certificate to accept, by its SHA-1 or SHA-256 (or GOVC_TLS_KNOWN_HOSTS)')
    .option('--ca <file>', 'certificates to trust, in PEM (or GOVC_TLS_CA_CERTS)')
    .option('--insecure', 'trust any certificate (or GOVC_INSECURE)')
    .option('--dialect <name>', 'api (7.0U2 and later), rest (6.5 to 8.0), or auto', 'auto')
    .option('--download-host <host[:port]>', 'fetch files from this host instead of the one in the download links');

/** Reads the flags, the environment and, with `--password-stdin`, standard input. An empty variable counts as not set. */
export const readConnection = async (
  flags: ConnectionFlags,
  env: NodeJS.ProcessEnv = process.env,
  stdin: AsyncIterable<Uint8Array> = process.stdin,
): Promise<VCenterOptions> => {
  const address = flags.server || env['VCENTER_URL'] || env['GOVC_URL'];
  if (!address) throw usageError('Missing server: pass --server https://vcenter.example.com or set VCENTER_URL.');
  const server = parseAddress(address);
  // The address may contain a password, so the message does not repeat it.
  if (server === undefined) throw usageError('Invalid server address: expected one such as https://vcenter.example.com.');
  // Other users of the machine can read the flags of a process.
  if (address === flags.server && server.password !== '')
    throw usageError(
      '--server contains a password, which other users can read. Set VCENTER_PASSWORD or pipe it in with --password-stdin.',
    );
  const { dialect = 'auto' } = flags;
  if (dialect !== 'auto' && dialect !== 'api' && dialect !== 'rest')
    throw usageError(`Invalid --dialect: expected api, rest or auto, got ${JSON.stringify(dialect)}.`);
  const options: VCenterOptions = {
    server: server.origin,
    fetch: asUsageError(() => nodeFetch(readTrust(flags, env, server))),
    dialect,
    credentials: await readCredentials(flags, env, server, stdin),
    ...(flags.downloadHost === undefined ? {} : { downloadHost: flags.downloadHost }),
  };
  // Only validates the options: it sends nothing.
  asUsageError(() => vcenter(options));
  return options;
};

/** An invalid option is a usage error, because it is from the command line. */
const asUsageError = <A>(create: () => A): A => {
  try {
    return create();
  } catch (thrown) {
    throw thrown instanceof TypeError ? usageError(`${thrown.message}.`) : thrown;
  }
};

const readCredentials = async (
  flags: ConnectionFlags,
  env: NodeJS.ProcessEnv,
  address: URL,
  stdin: AsyncIterable<Uint8Array>,
): Promise<Credentials> => {
  if (flags.sessionId) return { sessionId: flags.sessionId };
  const username = flags.username || env['VCENTER_USERNAME'] || env['GOVC_USERNAME'] || decodePercent(address.username);
  if (!username) throw usageError('Missing username: pass --username user@vsphere.local or set VCENTER_USERNAME.');
  const password =
    flags.passwordStdin === true
      ? (await text(stdin)).replace(/\r?\n$/, '')
      : env['VCENTER_PASSWORD'] || env['GOVC_PASSWORD'] || decodePercent(address.password);
  if (!password) throw usageError('Missing password: set VCENTER_PASSWORD or pipe it in with --password-stdin.');
  return { username, password };
};

/** Like govc, accepts `host`, `user:password@host` and `https://host/sdk`. */
const parseAddress = (address: string): URL | undefined => {
  const full = address.includes('://') ? address : `https://${address}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined;
};

/** Returns the text unchanged if a percent sign in it encodes nothing. */
const decodePercent = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
