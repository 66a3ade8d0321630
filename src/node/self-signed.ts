/** Creates self-signed certificates, for local servers. */

import { createHash, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import { isIP, isIPv6 } from 'node:net';
import { assertKnownOptions, type OptionNames } from '../options/index.ts';

/** Milliseconds. */
const HOUR = 60 * 60_000;

/** Options of {@link createSelfSignedCertificate}. */
export interface SelfSignedOptions {
  /** DNS names and IP addresses besides `localhost`, `127.0.0.1` and `::1`. @default none */
  readonly names?: readonly string[] | undefined;
  /** @default an hour ago, to allow for clock differences */
  readonly validFrom?: Date | undefined;
  /** @default in a week */
  readonly validTo?: Date | undefined;
}

const SELF_SIGNED_OPTIONS: OptionNames<SelfSignedOptions> = { names: true, validFrom: true, validTo: true };

/** A certificate, its private key and its thumbprint. */
export interface SelfSignedCertificate {
  /** The certificate in PEM, which is also its own authority (`ca`). */
  readonly cert: string;
  /** The private key in PEM (PKCS #8). */
  readonly key: string;
  /** SHA-1, as VMware prints it: upper-case hexadecimal with colons. */
  readonly thumbprint: string;
}

/** Creates a new key (ECDSA, P-256) and its certificate: `serve(handler, { tls: createSelfSignedCertificate() })`. */
export const createSelfSignedCertificate = (options: SelfSignedOptions = {}): SelfSignedCertificate => {
  assertKnownOptions(options, SELF_SIGNED_OPTIONS);
  const { names = [], validFrom = new Date(Date.now() - HOUR), validTo = new Date(Date.now() + 7 * 24 * HOUR) } = options;
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const signature = sequence(oid.ecdsaWithSha256);
  const name = sequence(der(tag.set, sequence(oid.commonName, der(tag.utf8, Buffer.from('localhost')))));
  const tbsCertificate = sequence(
    der(tag.context(0), integer(2)),
    // Serial number: positive and unique, because browsers reject two certificates of one issuer with the same number.
    integer(0x40, ...randomBytes(15)),
    signature,
    name,
    sequence(time(validFrom), time(validTo)),
    name,
    spki,
    der(tag.context(3), sequence(...extensions(['localhost', '127.0.0.1', '::1', ...names], spki))),
  );
  const certificate = sequence(tbsCertificate, signature, bits(sign('sha256', tbsCertificate, privateKey)));
  const x509 = new X509Certificate(certificate);
  return {
    cert: x509.toString(),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    thumbprint: x509.fingerprint,
  };
};

const extensions = (names: readonly string[], publicKey: Buffer): readonly Buffer[] => {
  const id = createHash('sha256').update(publicKey).digest().subarray(0, 20);
  const extension = (type: Buffer, critical: boolean, value: Buffer): Buffer =>
    sequence(type, ...(critical ? [der(tag.boolean, Buffer.of(0xff))] : []), octets(value));
  return [
    // An empty sequence: not a certificate authority.
    extension(oid.basicConstraints, true, sequence()),
    // Seven unused bits; the first bit set means digital signatures.
    extension(oid.keyUsage, true, der(tag.bits, Buffer.of(7, 0x80))),
    extension(oid.extendedKeyUsage, false, sequence(oid.serverAuthentication)),
    extension(oid.subjectKeyIdentifier, false, octets(id)),
    extension(oid.subjectAlternativeName, false, sequence(...[...new Set(names)].map(alternativeName))),
  ];
};

const alternativeName = (name: string): Buffer =>
  isIP(name) === 0 ? der(tag.dnsName, Buffer.from(name)) : der(tag.ipAddress, address(name));

const address = (text: string): Buffer => {
  if (!isIPv6(text)) return Buffer.from(text.split('.').map(Number));
  // URL normalizes any spelling to the shortest form, with at most one gap (`::`).
  const [before = '', after = ''] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::');
  const [head, tail] = [before, after].map((part) => part.split(':').filter((group) => group !== '')) as [string[], string[]];
  const gap = Array.from({ length: 8 - head.length - tail.length }, () => '0');
  return Buffer.from([...head, ...gap, ...tail].map((group) => group.padStart(4, '0')).join(''), 'hex');
};

/** DER tags (X.690) of the elements of a certificate (RFC 5280). */
const tag = {
  boolean: 0x01,
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  dnsName: 0x82,
  ipAddress: 0x87,
  context: (number: number): number => 0xa0 + number,
};

/** Encodes one element: tag, length, content. */
const der = (tagNumber: number, ...content: readonly Buffer[]): Buffer => {
  const { length } = Buffer.concat(content);
  const digits = length.toString(16);
  const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
  const size = length < 0x80 ? bytes : Buffer.concat([Buffer.of(0x80 + bytes.length), bytes]);
  return Buffer.concat([Buffer.of(tagNumber), size, ...content]);
};

const sequence = (...content: readonly Buffer[]): Buffer => der(tag.sequence, ...content);

const integer = (...bytes: readonly number[]): Buffer => der(tag.integer, Buffer.from(bytes));

const octets = (content: Buffer): Buffer => der(tag.octets, content);

/** A bit string of complete bytes: 0 unused bits. */
const bits = (content: Buffer): Buffer => der(tag.bits, Buffer.of(0), content);

/** Years have two digits until 2049 and four afterwards, as RFC 5280 requires. */
const time = (date: Date): Buffer => {
  const digits = `${date.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`;
  const isShort = date.getUTCFullYear() < 2050;
  return der(isShort ? tag.utcTime : tag.generalizedTime, Buffer.from(isShort ? digits.slice(2) : digits));
};

const objectId = (hex: string): Buffer => der(tag.oid, Buffer.from(hex, 'hex'));

const oid = {
  ecdsaWithSha256: objectId('2a8648ce3d040302'),
  commonName: objectId('550403'),
  subjectKeyIdentifier: objectId('551d0e'),
  keyUsage: objectId('551d0f'),
  subjectAlternativeName: objectId('551d11'),
  basicConstraints: objectId('551d13'),
  extendedKeyUsage: objectId('551d25'),
  serverAuthentication: objectId('2b06010505070301'),
};
