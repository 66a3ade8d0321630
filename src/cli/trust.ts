/** Which certificates a connection trusts, by flags or by the environment variables of govc. */

import { readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import type { NodeFetchOptions } from '../node/index.ts';
import { messageOf, usageError } from './command-error.ts';

/** The flags about certificates. */
export interface TrustFlags {
  readonly thumbprint?: string;
  readonly ca?: string;
  readonly insecure?: boolean;
}

/** Flags take precedence over the environment; a thumbprint over CA certificates, and these over `insecure`. */
export const readTrust = (flags: TrustFlags, env: NodeJS.ProcessEnv, server: URL): NodeFetchOptions => {
  if (flags.thumbprint !== undefined) return { thumbprint: flags.thumbprint };
  if (flags.ca) return { ca: readCertificates([flags.ca]) };
  if (flags.insecure === true) return { insecure: true };
  const thumbprint = splitPaths(env['GOVC_TLS_KNOWN_HOSTS']).flatMap((file) => readThumbprints(file, server))[0];
  if (thumbprint !== undefined) return { thumbprint };
  const files = splitPaths(env['GOVC_TLS_CA_CERTS']);
  if (files.length > 0) return { ca: readCertificates(files) };
  return { insecure: ['1', 'true', 't'].includes(env['GOVC_INSECURE']?.toLowerCase() ?? '') };
};

const splitPaths = (list = ''): readonly string[] => list.split(delimiter).filter((file) => file !== '');

/** Reads lines such as `vcenter.example.com:443 AA:BB:…` and returns those of this server; port 443 may be omitted. */
const readThumbprints = (file: string, { host }: URL): readonly string[] =>
  readText(file, 'the known hosts')
    .split('\n')
    .flatMap((line) => {
      const [, name, thumbprint] = /^(\S+)\s+(.+)$/.exec(line.trim()) ?? [];
      const address = `https://${name ?? ''}`;
      return thumbprint !== undefined && URL.canParse(address) && new URL(address).host === host ? [thumbprint] : [];
    });

const readCertificates = (files: readonly string[]): string => files.map(readCertificate).join('\n');

const readCertificate = (file: string): string => {
  const pem = readText(file, 'the certificates');
  // Node ignores other text, and the error would then blame the server.
  if (!pem.includes('-----BEGIN ')) throw usageError(`${file} contains no PEM certificate.`);
  return pem;
};

const readText = (file: string, what: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    throw usageError(`Cannot read ${what}: ${messageOf(thrown)}`);
  }
};
