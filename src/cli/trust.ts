/** Which certificates a connection trusts: what flags say, or else what users of govc have set already. */

import { readFileSync } from 'node:fs';
import { delimiter } from 'node:path';
import type { NodeFetchOptions } from '../node/index.ts';
import { usageError } from './command-error.ts';

/** A flag wins over the environment; certificates win over none. */
export const trustFrom = (
  flags: { readonly ca?: string; readonly insecure?: boolean },
  env: NodeJS.ProcessEnv,
): NodeFetchOptions => {
  if (flags.ca) return { ca: certificates([flags.ca]) };
  if (flags.insecure === true) return { insecure: true };
  const files = (env['GOVC_TLS_CA_CERTS'] ?? '').split(delimiter).filter((file) => file !== '');
  if (files.length > 0) return { ca: certificates(files) };
  return { insecure: ['1', 'true', 't'].includes(env['GOVC_INSECURE']?.toLowerCase() ?? '') };
};

const certificates = (files: readonly string[]): string => files.map(certificatesIn).join('\n');

const certificatesIn = (file: string): string => {
  const pem = read(file);
  // What is none would be ignored, and the server then be blamed.
  if (!pem.includes('-----BEGIN ')) throw usageError(`${file} holds no certificate in PEM.`);
  return pem;
};

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    throw usageError(`The certificates cannot be read: ${thrown instanceof Error ? thrown.message : file}`);
  }
};
