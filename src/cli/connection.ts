/** Which vCenter, and as whom: flags first, then VCENTER_…, then what users of govc have set already. */

import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import { vcenter, type Credentials, type VCenterOptions } from '../index.ts';
import { nodeFetch } from '../node/index.ts';
import { usageError } from './command-error.ts';
import { trustFrom, type TrustFlags } from './trust.ts';

/** The flags of a connection. */
export interface ConnectionFlags extends TrustFlags {
  readonly server?: string;
  readonly username?: string;
  readonly passwordStdin?: boolean;
  readonly sessionId?: string;
  readonly dialect?: string;
  readonly downloadHost?: string;
}

/** Adds the flags of a connection to a command. */
export const withConnection = (command: Command): Command =>
  command
    .option('--server <url>', 'address of the vCenter (or VCENTER_URL, GOVC_URL)')
    .option('--username <name>', 'user, with its domain (or VCENTER_USERNAME, GOVC_USERNAME)')
    .option('--password-stdin', 'read the password from standard input (or set VCENTER_PASSWORD, GOVC_PASSWORD)')
    .option('--session-id <id>', 'use an API session that is open already; it is not logged out')
    .option('--thumbprint <hex>', 'the one certificate to accept, by its SHA-1 or SHA-256 (or GOVC_TLS_KNOWN_HOSTS)')
    .option('--ca <file>', 'certificates to trust, in PEM (or GOVC_TLS_CA_CERTS)')
    .option('--insecure', 'trust any certificate (or GOVC_INSECURE)')
    .option('--dialect <name>', 'api (7.0U2 and later), rest (6.5 to 8.0), or auto', 'auto')
    .option('--download-host <host[:port]>', 'fetch files from this host, not from the one that vCenter names in their links');

/** Reads the flags, the environment and, if asked to, standard input. A variable that is set to nothing is not set. */
export const connectionFrom = async (
  flags: ConnectionFlags,
  env: NodeJS.ProcessEnv = process.env,
  stdin: AsyncIterable<Uint8Array> = process.stdin,
): Promise<VCenterOptions> => {
  const address = flags.server || env['VCENTER_URL'] || env['GOVC_URL'];
  if (!address) throw usageError('Which vCenter? Give --server https://vcenter.example.com, or set VCENTER_URL.');
  const server = addressOf(address);
  if (server === undefined)
    throw usageError('The address of the vCenter cannot be read: expected one such as https://vcenter.example.com');
  // Flags are seen by everybody on the machine.
  if (address === flags.server && server.password !== '')
    throw usageError(
      '--server holds a password, which others can see. Set VCENTER_PASSWORD, or pipe it in with --password-stdin.',
    );
  const { dialect = 'auto' } = flags;
  if (dialect !== 'auto' && dialect !== 'api' && dialect !== 'rest')
    throw usageError(`--dialect is api, rest or auto, not ${JSON.stringify(dialect)}.`);
  const options: VCenterOptions = {
    server: server.origin,
    fetch: asUsageError(() => nodeFetch(trustFrom(flags, env, server))),
    dialect,
    credentials: await credentialsFrom(flags, env, server, stdin),
    ...(flags.downloadHost === undefined ? {} : { downloadHost: flags.downloadHost }),
  };
  // It sends nothing, and says what cannot be.
  asUsageError(() => vcenter(options));
  return options;
};

/** What is said of a thumbprint or of a host is for the person who has given it. */
const asUsageError = <A>(make: () => A): A => {
  try {
    return make();
  } catch (thrown) {
    throw thrown instanceof TypeError ? usageError(`${thrown.message}.`) : thrown;
  }
};

const credentialsFrom = async (
  flags: ConnectionFlags,
  env: NodeJS.ProcessEnv,
  address: URL,
  stdin: AsyncIterable<Uint8Array>,
): Promise<Credentials> => {
  if (flags.sessionId) return { sessionId: flags.sessionId };
  const username = flags.username || env['VCENTER_USERNAME'] || env['GOVC_USERNAME'] || decoded(address.username);
  if (!username) throw usageError('As whom? Give --username user@vsphere.local, or set VCENTER_USERNAME.');
  const password =
    flags.passwordStdin === true
      ? (await text(stdin)).replace(/\r?\n$/, '')
      : env['VCENTER_PASSWORD'] || env['GOVC_PASSWORD'] || decoded(address.password);
  if (!password) throw usageError('No password: set VCENTER_PASSWORD, or pipe it in with --password-stdin.');
  return { username, password };
};

/** govc takes `host`, `user:password@host` and `https://host/sdk` alike. */
const addressOf = (address: string): URL | undefined => {
  const full = address.includes('://') ? address : `https://${address}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url : undefined;
};

/** A percent sign may be one. */
const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};
