/** Creates a simulator's inventory from a directory of real files. */

import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** A file whose bytes are read when they are downloaded. */
export interface DirectoryFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Reads the bytes from `start` to `end`, which is excluded. */
  readonly open: (start: number, end: number) => AsyncIterable<Uint8Array>;
}

/** A folder of files, as an item. */
export interface DirectoryItem {
  readonly name: string;
  /** `ovf` if the folder has an OVF descriptor, `iso` if it has an ISO image. */
  readonly type?: string;
  readonly files: readonly DirectoryFile[];
}

/** A folder of items, as a library. */
export interface DirectoryLibrary {
  readonly name: string;
  readonly items: readonly DirectoryItem[];
}

/** The `inventory` option of `createSimulator`. */
export interface DirectoryInventory {
  readonly libraries: readonly DirectoryLibrary[];
}

/**
 * Reads an inventory: the folders of the directory become libraries, their folders items, and the files in those the files. A file directly
 * in a library becomes an item of its own, named like the file without its extension. Deeper folders and names that start with a dot are
 * ignored.
 *
 * Names and sizes are read now, bytes at each download: the files MUST NOT change in between. Rejects if the directory does not exist.
 */
export const inventoryFromDirectory = async (directory: string): Promise<DirectoryInventory> => ({
  libraries: await Promise.all((await readEntries(directory)).folders.map((name) => readLibrary(join(directory, name), name))),
});

const readLibrary = async (path: string, name: string): Promise<DirectoryLibrary> => {
  const { folders, files } = await readEntries(path);
  const items = folders.map(async (folder) => {
    const entries = await readEntries(join(path, folder));
    return createItem(folder, await Promise.all(entries.files.map((file) => readFile(join(path, folder), file))));
  });
  const singleFileItems = files.map(async (file) =>
    createItem(file.slice(0, file.length - extname(file).length), [await readFile(path, file)]),
  );
  return { name, items: await Promise.all([...items, ...singleFileItems]) };
};

const createItem = (name: string, files: readonly DirectoryFile[]): DirectoryItem => {
  const extensions = new Set(files.map((file) => extname(file.name).toLowerCase()));
  const type = ['ovf', 'iso'].find((extension) => extensions.has(`.${extension}`));
  return { name, ...(type === undefined ? {} : { type }), files };
};

const readFile = async (folder: string, name: string): Promise<DirectoryFile> => {
  const path = join(folder, name);
  return {
    name,
    size: (await stat(path)).size,
    open: (start, end) => createReadStream(path, { start, end: end - 1, highWaterMark: 256 * 1024 }),
  };
};

/** Lists a directory, sorted by name. Links are followed. */
const readEntries = async (path: string): Promise<{ readonly folders: readonly string[]; readonly files: readonly string[] }> => {
  const names = (await readdir(path)).filter((name) => !name.startsWith('.')).sort();
  const entries = await Promise.all(names.map(async (name) => ({ name, stats: await stat(join(path, name)) })));
  return {
    folders: entries.filter(({ stats }) => stats.isDirectory()).map(({ name }) => name),
    files: entries.filter(({ stats }) => stats.isFile()).map(({ name }) => name),
  };
};
