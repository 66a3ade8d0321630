/** Which certificates a connection trusts, by flags or by the environment variables of govc. */

import { delimiter } from 'node:path';
import { nodeFetch, type NodeFetchOptions } from '../../node/index.ts';
import { messageOf, usageError } from '../command-error.ts';
import { readTextFile } from './text-file.ts';

/** The flags about certificates. */
export interface TrustFlags {
  readonly thumbprint?: string;
  readonly ca?: string;
  readonly insecure?: boolean;
}

/** What {@link readTrust} depends on besides the flags. */
export interface TrustContext {
  readonly env: NodeJS.ProcessEnv;
  readonly server: URL;
  /** True if server and credentials come from `GOVC_…`, because `GOVC_INSECURE` applies to that server only. */
  readonly isGovc: boolean;
  /** The profile that server and credentials come from. */
  readonly profile?: (TrustFlags & { readonly name: string }) | undefined;
}

/** Which certificates are trusted, and the name of the setting that states it. */
export interface SelectedTrust {
  readonly options: NodeFetchOptions;
  readonly source: string;
}

/** Flags take precedence over the profile, and that over the environment; a thumbprint over CA certificates, and these over `insecure`. */
export const readTrust = (flags: TrustFlags, { env, server, isGovc, profile }: TrustContext): SelectedTrust => {
  const places = [
    { set: flags, sourceOf: (field: string) => `--${field}` },
    { set: profile ?? {}, sourceOf: (field: string) => `${field} of the profile ${profile?.name ?? ''}` },
  ];
  for (const { set, sourceOf } of places) {
    const { thumbprint: only, ca, insecure } = set;
    if (only !== undefined) return { options: { thumbprint: only }, source: sourceOf('thumbprint') };
    if (ca !== undefined) return { options: { ca: readCertificates([ca]) }, source: sourceOf('ca') };
    if (insecure === true) return { options: { insecure: true }, source: sourceOf('insecure') };
  }
  const thumbprint = splitPaths(env['GOVC_TLS_KNOWN_HOSTS'])
    .flatMap((file) => readThumbprints(file, server))
    .at(-1);
  if (thumbprint !== undefined) return { options: { thumbprint }, source: 'GOVC_TLS_KNOWN_HOSTS' };
  const files = splitPaths(env['GOVC_TLS_CA_CERTS']);
  if (files.length > 0) return { options: { ca: readCertificates(files) }, source: 'GOVC_TLS_CA_CERTS' };
  const insecure = isGovc && ['1', 'true', 't'].includes(env['GOVC_INSECURE']?.toLowerCase() ?? '');
  return { options: { insecure }, source: insecure ? 'GOVC_INSECURE' : 'the certificate authorities of Node' };
};

const splitPaths = (list = ''): readonly string[] => list.split(delimiter).filter((file) => file !== '');

/**
 * Reads lines such as `vcenter.example.com:443 AA:BB:…` and returns those of this server; port 443 may be omitted. As for govc, a file that
 * does not exist is empty, and the last line decides, because the thumbprint of a renewed certificate is appended.
 */
const readThumbprints = (file: string, { host }: URL): readonly string[] =>
  readTextFile(file, 'the known hosts', { absent: '', fatal: false })
    .split('\n')
    .flatMap((line) => {
      const [, name, thumbprint] = /^(\S+)\s+(.+)$/.exec(line.trim()) ?? [];
      const address = `https://${name ?? ''}`;
      return thumbprint !== undefined && URL.canParse(address) && new URL(address).host === host ? [thumbprint] : [];
    });

const readCertificates = (files: readonly string[]): string => files.map(readCertificate).join('\n');

const readCertificate = (file: string): string => {
  const pem = readTextFile(file, 'the certificates', { fatal: false });
  try {
    // Only validates: it opens no connection.
    nodeFetch({ ca: pem });
    return pem;
  } catch (thrown) {
    throw usageError(`${file}: ${messageOf(thrown).replace(/^ca: /, '')}.`);
  }
};
