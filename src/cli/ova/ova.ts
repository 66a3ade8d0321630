/** Writes the files of an item into one OVA: the descriptor first, the disks in its order, and a manifest. */

import { createFileNameValidator, SinkError, type PlannedFile, type Sink, type SinkFile, type SinkWarning } from '../../index.ts';
import { nodeHash } from '../../node/index.ts';
import { digestOf, itemError } from '../manifest/item-manifest.ts';
import { parseReferences, type FileReference } from './descriptor.ts';
import type { OvaDestination } from './destination.ts';
import { baseNameOf, orderByReferences, packageFilesOf, type OrderedFile, type PackageFiles } from './package-files.ts';
import { itemManifest, newManifest, type PackageManifest } from './package-manifest.ts';
import { createTarArchive, type TarArchive } from './tar-archive.ts';
import { createTextFile } from './text-file.ts';

/** A complete OVA. */
export interface OvaResult {
  readonly type: 'ova';
  /** Path of the OVA; not set for standard output. */
  readonly path?: string;
  /** Size of the OVA. */
  readonly bytes: number;
  /** Number of files in it, the manifest included. */
  readonly files: number;
  /** `verified`: the item has a manifest, which is part of the OVA. `written`: it has none, and the OVA has a new one. */
  readonly manifest: 'verified' | 'written';
}

/** An OVA that is being written. */
export interface Ova {
  /** Receives the files of the item, one after the other in the order of {@link Ova.nextFile}, with SHA256. It neither finds nor restarts disks. */
  readonly sink: Sink;
  /** Returns the name of the file that is next in the OVA: for the option of `download`. */
  readonly nextFile: (names: readonly string[]) => string;
  /** Writes the rest, and gives the OVA its name. Called once all files are saved. */
  finish(): Promise<{ readonly result: OvaResult; readonly warnings: readonly SinkWarning[] }>;
  /** Removes what was written, unless the OVA is finished. */
  discard(): Promise<void>;
}

/** Creates an OVA. Nothing is written before the descriptor is complete. */
export const createOva = (destination: OvaDestination): Ova => {
  const validateName = createFileNameValidator();
  const texts = new Map<string, Uint8Array>();
  let files: PackageFiles | undefined;
  let archive: TarArchive | undefined;
  let order: readonly OrderedFile[] = [];
  let manifest: PackageManifest = newManifest();
  let isDiscarded = false;
  let entries = 0;

  const readNames = (names: readonly string[]): PackageFiles => (files ??= packageFilesOf(names.map(validateName)));
  const add = async (name: string, bytes: Uint8Array, tar: TarArchive): Promise<void> => {
    const entry = tar.add(name, bytes.byteLength);
    if (bytes.byteLength > 0) await entry.write(bytes);
    await entry.close();
    entries += 1;
  };
  /** Called when the descriptor, the manifest and the certificate are complete. */
  const start = async ({ descriptor, manifest: manifestName, certificate, others }: PackageFiles): Promise<void> => {
    const textOf = (name: string): Uint8Array => texts.get(name) ?? new Uint8Array();
    order = orderByReferences(others, await referencesOf(descriptor, textOf(descriptor)));
    if (manifestName !== undefined) manifest = itemManifest(manifestName, textOf(manifestName), [...texts.keys(), ...others]);
    for (const name of [descriptor, certificate]) {
      if (name === undefined) continue;
      const algorithm = manifest.otherAlgorithm(name);
      const bytes = textOf(name);
      manifest.add(name, { sha256: digestOf('SHA256', bytes), other: algorithm && digestOf(algorithm, bytes) });
    }
    const file = await destination.open(order.reduce((sum, { size = 0 }) => sum + size, 0));
    archive = await createTarArchive(file, new Date());
    if (isDiscarded) return archive.discard();
    for (const name of [descriptor, manifestName, certificate]) if (name !== undefined) await add(name, textOf(name), archive);
  };
  const openText = (name: string, all: PackageFiles): SinkFile =>
    createTextFile(name, async (bytes) => {
      texts.set(name, bytes);
      if (headOf(all).every((each) => texts.has(each))) await start(all);
    });
  const openDisk = (name: string, stated: number | undefined): SinkFile => {
    const size = stated ?? order.find((file) => file.name === name)?.size;
    if (size === undefined)
      throw itemError(
        `${name}: neither vCenter nor the descriptor states its size, which an OVA needs before the bytes. Export the files into a directory, without --ova.`,
      );
    if (archive === undefined) throw new SinkError({ path: name, reason: 'the descriptor of the OVA is not complete.' });
    const entry = archive.add(name, size);
    const algorithm = manifest.otherAlgorithm(name);
    const hash = algorithm && nodeHash(algorithm);
    let received = 0;
    return {
      write: (bytes, freeBuffer) => {
        hash?.update(bytes);
        received += bytes.byteLength;
        if (received > size) throw sizeError(name, size);
        return entry.write(bytes, freeBuffer);
      },
      commit: async ({ sha256 = '' }) => {
        if (received !== size) throw sizeError(name, size);
        await entry.close();
        manifest.add(name, { sha256, other: hash?.digest() });
        entries += 1;
      },
      discard,
    };
  };
  const discard = async (): Promise<void> => {
    isDiscarded = true;
    await archive?.discard();
  };
  return {
    sink: {
      createHash: nodeHash,
      check: async (planned: readonly PlannedFile[]) => {
        if (planned.length > 0) readNames(planned.map(({ name }) => name));
        await destination.check(planned.reduce((sum, { size = 0 }) => sum + size, 0));
      },
      open: async ({ name, size }) => {
        const all = readNames([name]);
        return headOf(all).includes(name) ? openText(name, all) : openDisk(validateName(name), size);
      },
    },
    nextFile: (names) => {
      const all = readNames(names);
      return [...headOf(all), ...order.map((file) => file.name)].find((name) => names.includes(name)) ?? '';
    },
    finish: async () => {
      if (archive === undefined || files === undefined) throw new TypeError('finish() was called before all files were saved.');
      const text = manifest.text();
      if (text !== undefined) await add(`${baseNameOf(files.descriptor)}.mf`, Buffer.from(text), archive);
      const { warnings = [] } = await archive.finish();
      const { path } = destination;
      const result: OvaResult = {
        type: 'ova',
        ...(path === undefined ? {} : { path }),
        bytes: archive.bytes,
        files: entries,
        manifest: text === undefined ? 'verified' : 'written',
      };
      return { result, warnings };
    },
    discard,
  };
};

/** Returns the files that precede the disks. */
const headOf = ({ descriptor, manifest, certificate }: PackageFiles): readonly string[] =>
  [descriptor, manifest, certificate].filter((name) => name !== undefined);

const referencesOf = async (name: string, bytes: Uint8Array): Promise<readonly FileReference[]> => {
  try {
    return await parseReferences(bytes);
  } catch (thrown) {
    throw itemError(`${name}: ${thrown instanceof Error ? thrown.message : String(thrown)}. The item is damaged.`);
  }
};

const sizeError = (name: string, size: number): Error =>
  itemError(
    `${name} has another size than the ${size} bytes that the descriptor states. Export the files into a directory, without --ova.`,
  );
