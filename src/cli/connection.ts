/** Which vCenter, and as whom: flags first, then VCENTER_…, then what users of govc have set already. */

import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { Credentials, VCenterOptions } from '../index.ts';
import { nodeFetch } from '../node/index.ts';
import { usageError } from './command-error.ts';

/** The flags of a connection. */
export interface ConnectionFlags {
  readonly server?: string;
  readonly username?: string;
  readonly passwordStdin?: boolean;
  readonly sessionId?: string;
  readonly ca?: string;
  readonly insecure?: boolean;
  readonly dialect?: string;
}

/** Adds the flags of a connection to a command. */
export const withConnection = (command: Command): Command =>
  command
    .option('--server <url>', 'address of the vCenter (or VCENTER_URL, GOVC_URL)')
    .option('--username <name>', 'user, with its domain (or VCENTER_USERNAME, GOVC_USERNAME)')
    .option('--password-stdin', 'read the password from standard input (or set VCENTER_PASSWORD, GOVC_PASSWORD)')
    .option('--session-id <id>', 'use an API session that is open already; it is not logged out')
    .option('--ca <file>', 'certificates to trust, in PEM (or GOVC_TLS_CA_CERTS)')
    .option('--insecure', 'trust any certificate (or GOVC_INSECURE)')
    .option('--dialect <name>', 'api (7.0U2 and later), rest (6.5 to 8.0), or auto', 'auto');

/** Reads the flags, the environment and, if asked to, standard input. */
export const connectionFrom = async (flags: ConnectionFlags, env: NodeJS.ProcessEnv = process.env): Promise<VCenterOptions> => {
  const govc = govcAddress(env['GOVC_URL']);
  const address = flags.server ?? env['VCENTER_URL'] ?? govc?.origin;
  if (address === undefined || address === '')
    throw usageError('Which vCenter? Give --server https://vcenter.example.com, or set VCENTER_URL.');
  const server = withScheme(address);
  if (server === undefined) throw usageError('The address of the vCenter cannot be read: expected one such as https://vcenter.example.com');
  const { dialect = 'auto' } = flags;
  if (dialect !== 'auto' && dialect !== 'api' && dialect !== 'rest')
    throw usageError(`--dialect is api, rest or auto, not ${JSON.stringify(dialect)}.`);

  const ca = flags.ca ?? (env['GOVC_TLS_CA_CERTS'] || undefined)?.split(':').find((file) => file !== '');
  const insecure = flags.insecure ?? ['1', 'true', 't'].includes(env['GOVC_INSECURE']?.toLowerCase() ?? '');
  return {
    server: server.origin,
    credentials: await credentialsFrom(flags, env, server.username === '' ? govc : server),
    dialect,
    fetch: nodeFetch({ ...(ca === undefined ? {} : { ca: certificates(ca) }), insecure }),
  };
};

const credentialsFrom = async (flags: ConnectionFlags, env: NodeJS.ProcessEnv, address: URL | undefined): Promise<Credentials> => {
  if (flags.sessionId !== undefined) return { sessionId: flags.sessionId };
  const inAddress = (part: string | undefined): string | undefined => (part === undefined || part === '' ? undefined : decodeURIComponent(part));
  const username = flags.username ?? env['VCENTER_USERNAME'] ?? env['GOVC_USERNAME'] ?? inAddress(address?.username);
  if (username === undefined || username === '') throw usageError('As whom? Give --username user@vsphere.local, or set VCENTER_USERNAME.');
  const password =
    flags.passwordStdin === true
      ? (await text(process.stdin)).replace(/\r?\n$/, '')
      : (env['VCENTER_PASSWORD'] ?? env['GOVC_PASSWORD'] ?? inAddress(address?.password));
  if (password === undefined) throw usageError('No password: set VCENTER_PASSWORD, or pipe it in with --password-stdin.');
  return { username, password };
};

/** govc takes `host`, `user:password@host` and `https://host/sdk` alike. */
const govcAddress = (url: string | undefined): URL | undefined => (url === undefined || url === '' ? undefined : withScheme(url));

const withScheme = (address: string): URL | undefined => {
  const full = address.includes('://') ? address : `https://${address}`;
  return URL.canParse(full) ? new URL(full) : undefined;
};

const certificates = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    throw usageError(`The certificates cannot be read: ${thrown instanceof Error ? thrown.message : file}`);
  }
};
