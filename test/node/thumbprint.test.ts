import { X509Certificate } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { parseThumbprint } from '#src/node/tls/thumbprint.js';
import { localhost } from './servers.ts';

const { fingerprint: sha1, fingerprint256: sha256 } = new X509Certificate(localhost.cert);

const spellings: readonly (readonly [string, (thumbprint: string) => string])[] = [
  ['with colons, in capitals', (thumbprint) => thumbprint],
  ['in small letters', (thumbprint) => thumbprint.toLowerCase()],
  ['without colons', (thumbprint) => thumbprint.replaceAll(':', '')],
  ['with spaces', (thumbprint) => thumbprint.replaceAll(':', ' ')],
  ['with hyphens', (thumbprint) => thumbprint.replaceAll(':', '-')],
  ['with white space around it', (thumbprint) => ` ${thumbprint}\r\n`],
  ['as Windows copies it, with an invisible mark', (thumbprint) => `\u200e${thumbprint.replaceAll(':', ' ')}`],
];

test.each(spellings)('is parsed %s', (_, spell) => {
  expect(parseThumbprint(spell(sha1))).toEqual({ algorithm: 'SHA-1', value: sha1 });
  expect(parseThumbprint(spell(sha256))).toEqual({ algorithm: 'SHA-256', value: sha256 });
});

test.each(['sha1:', 'SHA1:', 'sha-1 ', 'SHA-1 = ', 'sha1 Fingerprint='])('is parsed after %j', (prefix) => {
  expect(parseThumbprint(prefix + sha1)).toEqual({ algorithm: 'SHA-1', value: sha1 });
});

test.each(['sha256:', 'SHA256:', 'sha-256 ', 'SHA-256: ', 'sha256 Fingerprint='])('is parsed after %j', (prefix) => {
  expect(parseThumbprint(prefix + sha256)).toEqual({ algorithm: 'SHA-256', value: sha256 });
});

test.each<[string, unknown]>([
  ['nothing', ''],
  ['one digit too few', sha1.slice(1)],
  ['one digit too many', `${sha256}0`],
  ['a letter that is no digit', sha1.replace(/^./, 'g')],
  ['MD5', sha1.slice(0, 47)],
  ['another algorithm than its label', `sha256:${sha1}`],
  ['the reverse', `SHA-1 ${sha256}`],
  ['a certificate', localhost.cert],
  ['no text', 42],
])('%s is a TypeError with the expected format', (_, text) => {
  expect(() => parseThumbprint(text as string)).toThrow(TypeError);
  expect(() => parseThumbprint(text as string)).toThrow(/SHA-1 \(40 hexadecimal digits\) or SHA-256 \(64\)/);
});
