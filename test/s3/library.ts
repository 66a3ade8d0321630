/** A library in the simulator, and what a mirror of it has put into a bucket. */

import { createHash } from 'node:crypto';
import { expect } from '@jest/globals';
import type { InventoryItem } from 'rx-content-library/simulator';
import type { MemoryS3 } from '../support/memory-s3.ts';

export const MiB = 1024 * 1024;

/** An item with a short file and one of two parts; larger ones are listed without a checksum. */
export const itemOf = (name: string, contentVersion = '1', disk = 'disk '): InventoryItem => ({
  name,
  id: `id-${name}`,
  contentVersion,
  files: [
    { name: 'a.ovf', content: `version ${contentVersion}` },
    { name: 'disk.vmdk', content: disk.repeat(3 * MiB) },
  ],
});

interface Manifest {
  readonly contentVersion: string;
  readonly revision: number;
  readonly files: readonly { readonly name: string; readonly key: string; readonly etag: string; readonly sha256: string }[];
}

/** Returns the manifest of a place. */
export const manifestOf = ({ objects }: MemoryS3, place = 'debian'): Manifest => {
  const { body } = objects.get(`vsphere/templates/${place}/.content-library.json`) ?? {};
  if (body === undefined) throw new Error(`there is no manifest of ${place}`);
  return JSON.parse(body.toString()) as Manifest;
};

/** Checks that each file which a manifest names has the `ETag` and the SHA256 that it states; returns the texts of the short ones. */
export const assertComplete = (s3: MemoryS3, place = 'debian'): Readonly<Record<string, string>> => {
  const { files } = manifestOf(s3, place);
  for (const { key, etag, sha256 } of files) {
    const object = s3.objects.get(key);
    expect(object?.etag).toBe(etag);
    expect(
      createHash('sha256')
        .update(object?.body ?? '')
        .digest('hex'),
    ).toBe(sha256);
  }
  return Object.fromEntries(
    files.flatMap(({ name, key }) => {
      const body = s3.objects.get(key)?.body;
      return body !== undefined && body.byteLength < 1000 ? [[name, body.toString()]] : [];
    }),
  );
};

/** Returns all keys in order, with the hashes in them replaced. */
export const keysIn = ({ objects }: MemoryS3): readonly string[] =>
  [...objects.keys()].map((key) => key.replaceAll(/[0-9a-f]{16}/g, 'HASH')).toSorted();

/** Fulfills when the condition is met. */
export const until = async (isMet: () => boolean): Promise<void> => {
  while (!isMet()) await new Promise((resolve) => setImmediate(resolve));
};
