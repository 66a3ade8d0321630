/** The text of a manifest: every common spelling is read, and what is written is read back. */

import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatManifest, parseManifest } from '#src/cli/manifest/manifest-text.js';

const digest = (algorithm: string): string => createHash(algorithm).update('content').digest('hex');
const sha1 = digest('sha1');
const sha256 = digest('sha256');
const sha512 = digest('sha512');

test.each([
  ['of DSP0243', `SHA256(a.ovf)= ${sha256}\n`, 'a.ovf', 'SHA256', sha256],
  ['with spaces', `SHA256 (a.ovf) = ${sha256}\n`, 'a.ovf', 'SHA256', sha256],
  ['without spaces', `SHA1(a.ovf)=${sha1}`, 'a.ovf', 'SHA1', sha1],
  ['in lower case', `sha1(a.ovf)= ${sha1}\n`, 'a.ovf', 'SHA1', sha1],
  ['with a digest in upper case', `SHA512(a.ovf)= ${sha512.toUpperCase()}\n`, 'a.ovf', 'SHA512', sha512],
  ['with the name SHA-256', `SHA-256(a.ovf)= ${sha256}\n`, 'a.ovf', 'SHA256', sha256],
  ['with the name SHA2-256', `SHA2-256(a.ovf)= ${sha256}\n`, 'a.ovf', 'SHA256', sha256],
  ['with line ends of Windows', `SHA1(a.ovf)= ${sha1}\r\n\r\n`, 'a.ovf', 'SHA1', sha1],
  ['with a byte order mark', `\ufeffSHA1(a.ovf)= ${sha1}\n`, 'a.ovf', 'SHA1', sha1],
  ['of a name with parentheses', `SHA1(a (copy)= 1).ovf)= ${sha1}\n`, 'a (copy)= 1).ovf', 'SHA1', sha1],
  ['of a name with a line separator', `SHA1(a\u2028b.vmdk)= ${sha1}\n`, 'a\u2028b.vmdk', 'SHA1', sha1],
  ['of a name with spaces', `SHA1(my disk.vmdk)= ${sha1}\n`, 'my disk.vmdk', 'SHA1', sha1],
])('a line %s is read', (_, text, file, algorithm, value) => {
  expect(parseManifest(text)).toEqual([{ file, checksum: { algorithm, value } }]);
});

test.each([
  ['something else', 'hello'],
  ['an unknown algorithm', `SHA3(a)= ${sha256}`],
  ['a digest of another length', `SHA256(a)= ${sha1}`],
  ['no digest', 'SHA256(a)= '],
  ['no name', `SHA256()= ${sha256}`],
])('a line with %s is an error that names it', (_, line) => {
  expect(() => parseManifest(`SHA1(a.ovf)= ${sha1}\n${line}\n`)).toThrow('line 2 is not a digest such as SHA256(disk.vmdk)=');
});

test('what is written is read back', () => {
  const name = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => !/[\r\n]/.test(text));
  const entry = fc.record({ file: name, checksum: fc.constant({ algorithm: 'SHA256' as const, value: sha256 }) });
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      expect(parseManifest(formatManifest(entries))).toEqual(entries);
    }),
  );
});
