/** A directory of real files as the inventory of a simulator. */

import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** A file whose bytes are read when they are asked for. */
export interface DirectoryFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** The bytes from `start` on, `end` excluded. */
  readonly open: (start: number, end: number) => AsyncIterable<Uint8Array>;
}

/** A folder with files, as an item. */
export interface DirectoryItem {
  readonly name: string;
  /** `ovf` where there is a descriptor of one, `iso` where there is an image. */
  readonly type?: string;
  readonly files: readonly DirectoryFile[];
}

/** A folder with items, as a library. */
export interface DirectoryLibrary {
  readonly name: string;
  readonly items: readonly DirectoryItem[];
}

/** What `createSimulator` takes as its `inventory`. */
export interface DirectoryInventory {
  readonly libraries: readonly DirectoryLibrary[];
}

/**
 * Makes an inventory of a directory: its folders are libraries, the folders in these are items, and the files in those are files. A file
 * that lies directly in a library is an item of its own, called as the file without its extension. What is deeper is left out, and so
 * is everything whose name begins with a dot.
 *
 * Names and sizes are read now, bytes when somebody downloads them: the files must not change meanwhile. Rejects where there is no such
 * directory.
 */
export const inventoryFromDirectory = async (directory: string): Promise<DirectoryInventory> => ({
  libraries: await Promise.all((await entriesOf(directory)).folders.map((name) => libraryOf(join(directory, name), name))),
});

const libraryOf = async (path: string, name: string): Promise<DirectoryLibrary> => {
  const { folders, files } = await entriesOf(path);
  const items = folders.map(async (folder) => {
    const inside = await entriesOf(join(path, folder));
    return itemOf(folder, await Promise.all(inside.files.map((file) => fileOf(join(path, folder), file))));
  });
  const single = files.map(async (file) => itemOf(file.slice(0, file.length - extname(file).length), [await fileOf(path, file)]));
  return { name, items: await Promise.all([...items, ...single]) };
};

const itemOf = (name: string, files: readonly DirectoryFile[]): DirectoryItem => {
  const extensions = new Set(files.map((file) => extname(file.name).toLowerCase()));
  const type = ['ovf', 'iso'].find((known) => extensions.has(`.${known}`));
  return { name, ...(type === undefined ? {} : { type }), files };
};

const fileOf = async (folder: string, name: string): Promise<DirectoryFile> => {
  const path = join(folder, name);
  return {
    name,
    size: (await stat(path)).size,
    open: (start, end) => createReadStream(path, { start, end: end - 1, highWaterMark: 256 * 1024 }),
  };
};

/** What is in a directory, in the order of the names. Links are followed. */
const entriesOf = async (path: string): Promise<{ readonly folders: readonly string[]; readonly files: readonly string[] }> => {
  const names = (await readdir(path)).filter((name) => !name.startsWith('.')).sort();
  const kinds = await Promise.all(names.map(async (name) => ({ name, facts: await stat(join(path, name)) })));
  return {
    folders: kinds.filter(({ facts }) => facts.isDirectory()).map(({ name }) => name),
    files: kinds.filter(({ facts }) => facts.isFile()).map(({ name }) => name),
  };
};
