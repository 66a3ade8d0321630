/** A sink for a version of an item, which takes unchanged files from the earlier version. */

import { createFileNameValidator, type FoundFile, type Sink, type StatedFile } from '../index.ts';
import { nodeHash } from '../node/index.ts';
import type { Bucket, StoredObject } from './bucket.ts';
import { recordKeyOf } from './keys.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { createObjectFile } from './object-file.ts';
import { decodeStoredFile, isStatedFile, parseJson, type StoredFile } from './published-item.ts';

/** What a {@link versionSink} writes. */
export interface VersionSinkOptions {
  readonly bucket: Bucket;
  readonly budget: MemoryBudget;
  /** The folder of the version. */
  readonly folder: string;
  /** What an interrupted run has left in it. */
  readonly left: readonly StoredObject[];
  /** The files of the version that is replaced, which may be used again. */
  readonly earlier: ReadonlyMap<string, StoredFile>;
  /** The complete files of this version, by name; the sink adds to it. */
  readonly files: Map<string, StoredFile>;
}

/** Creates the sink. */
export const versionSink = ({ bucket, budget, folder, left, earlier, files }: VersionSinkOptions): Sink => {
  const validateName = createFileNameValidator();
  const leftByKey = new Map(left.map((object) => [object.key, object]));

  /** Returns a file that an interrupted run has completed. */
  const findLeft = async (name: string, signal: AbortSignal | undefined): Promise<StoredFile | undefined> => {
    const recordKey = recordKeyOf(folder, name);
    const object = leftByKey.get(`${folder}${name}`);
    if (object === undefined || !leftByKey.has(recordKey)) return undefined;
    const record = await bucket.getText(recordKey, signal);
    const file = record === undefined ? undefined : decodeStoredFile(parseJson(record.text));
    return file?.key === object.key ? file : undefined;
  };
  const isUnchanged = async ({ key, etag, bytes }: StoredFile, signal: AbortSignal | undefined): Promise<boolean> => {
    const object = await bucket.head(key, signal);
    return object?.etag === etag && object.bytes === bytes;
  };
  const find = async ({ name, checksum, size }: StatedFile, signal?: AbortSignal): Promise<FoundFile | undefined> => {
    validateName(name);
    for (const file of [await findLeft(name, signal), earlier.get(name)]) {
      if (file === undefined || !isStatedFile(file, checksum, size) || !(await isUnchanged(file, signal))) continue;
      files.set(name, file);
      return { path: bucket.uriOf(file.key), bytes: file.bytes };
    }
    return undefined;
  };
  return {
    createHash: nodeHash,
    check: async (planned) => {
      for (const { name } of planned) validateName(name);
    },
    find,
    open: async ({ name, size }) => {
      const key = `${folder}${validateName(name)}`;
      return createObjectFile({
        bucket,
        budget,
        key,
        recordKey: recordKeyOf(folder, name),
        size,
        onStored: (file) => files.set(name, file),
      });
    },
  };
};
