/** Which certificates a connection trusts: what flags say, or else what users of govc have set already. */

import { readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import type { NodeFetchOptions } from '../node/index.ts';
import { usageError } from './command-error.ts';

/** The flags that say whom to trust. */
export interface TrustFlags {
  readonly thumbprint?: string;
  readonly ca?: string;
  readonly insecure?: boolean;
}

/** A flag wins over the environment; the one certificate of this server over authorities, and those over no check at all. */
export const trustFrom = (flags: TrustFlags, env: NodeJS.ProcessEnv, server: URL): NodeFetchOptions => {
  if (flags.thumbprint !== undefined) return { thumbprint: flags.thumbprint };
  if (flags.ca) return { ca: certificates([flags.ca]) };
  if (flags.insecure === true) return { insecure: true };
  const known = filesIn(env['GOVC_TLS_KNOWN_HOSTS']).flatMap((file) => thumbprintsIn(file, server))[0];
  if (known !== undefined) return { thumbprint: known };
  const files = filesIn(env['GOVC_TLS_CA_CERTS']);
  if (files.length > 0) return { ca: certificates(files) };
  return { insecure: ['1', 'true', 't'].includes(env['GOVC_INSECURE']?.toLowerCase() ?? '') };
};

const filesIn = (list = ''): readonly string[] => list.split(delimiter).filter((file) => file !== '');

/** Of lines such as `vcenter.example.com:443 AA:BB:…` those that are about this server; 443 may be left out. */
const thumbprintsIn = (file: string, { host }: URL): readonly string[] =>
  read(file, 'The known hosts')
    .split('\n')
    .flatMap((line) => {
      const [, name, thumbprint] = /^(\S+)\s+(.+)$/.exec(line.trim()) ?? [];
      const address = `https://${name ?? ''}`;
      return thumbprint !== undefined && URL.canParse(address) && new URL(address).host === host ? [thumbprint] : [];
    });

const certificates = (files: readonly string[]): string => files.map(certificatesIn).join('\n');

const certificatesIn = (file: string): string => {
  const pem = read(file, 'The certificates');
  // What is none would be ignored, and the server then be blamed.
  if (!pem.includes('-----BEGIN ')) throw usageError(`${file} holds no certificate in PEM.`);
  return pem;
};

const read = (file: string, what: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    throw usageError(`${what} cannot be read: ${thrown instanceof Error ? thrown.message : file}`);
  }
};
