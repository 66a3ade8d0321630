/** The files of an OVF package, and their order in an OVA. */

import { usageError } from '../command-error.ts';
import { itemError } from '../manifest/item-manifest.ts';
import type { FileReference } from './descriptor.ts';

/** The files of an item, by what they are in an OVF package. */
export interface PackageFiles {
  /** The descriptor (`.ovf`). */
  readonly descriptor: string;
  /** The manifest (`.mf`), if the item has one. */
  readonly manifest: string | undefined;
  /** The certificate (`.cert`), which signs the manifest, if the item has one. */
  readonly certificate: string | undefined;
  /** All other files: disks, and what else the descriptor references. */
  readonly others: readonly string[];
}

/** A file of which the descriptor may state the size. */
export interface OrderedFile {
  readonly name: string;
  /** Size in bytes. */
  readonly size?: number;
}

/**
 * Sorts the names of an item's files.
 *
 * @throws CommandError with exit code 2 if the item is not OVF, and with 6 if its certificate signs a manifest that it does not have.
 */
export const packageFilesOf = (names: readonly string[]): PackageFiles => {
  const descriptors = names.filter((name) => /\.ovf$/i.test(name));
  const [descriptor] = descriptors;
  if (descriptor === undefined)
    throw usageError('The item is not OVF: it has no descriptor (.ovf). Export its files into a directory, without --ova.');
  if (descriptors.length > 1)
    throw usageError(
      `The item has ${descriptors.length} descriptors (.ovf), but an OVA has one. Export its files into a directory, without --ova.`,
    );
  const baseName = baseNameOf(descriptor).toLowerCase();
  const find = (suffix: string): string | undefined => {
    const found = names.filter((name) => name.toLowerCase().endsWith(suffix));
    return found.find((name) => name.toLowerCase() === `${baseName}${suffix}`) ?? (found.length === 1 ? found[0] : undefined);
  };
  const manifest = find('.mf');
  const certificate = find('.cert');
  if (certificate !== undefined && manifest === undefined)
    throw itemError(
      `${certificate} signs a manifest (.mf), but the item has none. Export its files into a directory, without --ova.`,
    );
  const isOther = (name: string): boolean => ![descriptor, manifest, certificate].includes(name);
  return { descriptor, manifest, certificate, others: names.filter(isOther) };
};

/** Returns the name of a descriptor without its suffix. */
export const baseNameOf = (descriptor: string): string => descriptor.replace(/\.ovf$/i, '');

/**
 * Orders files as the descriptor references them; those that it does not reference follow in their own order.
 *
 * @throws CommandError with exit code 6 if the descriptor references a file that is not there.
 */
export const orderByReferences = (names: readonly string[], references: readonly FileReference[]): readonly OrderedFile[] => {
  const referenced = new Map<string, OrderedFile>();
  const missing: string[] = [];
  for (const reference of references) {
    // Files elsewhere are not part of the package.
    if (/^[a-z][a-z0-9+.-]*:\/\//i.test(reference.href)) continue;
    const found = filesOf(names, reference);
    if (found.length === 0) missing.push(reference.href);
    for (const file of found) if (!referenced.has(file.name)) referenced.set(file.name, file);
  }
  if (missing.length > 0)
    throw itemError(`${missing.join(', ')}: referenced by the descriptor, but missing in the item. The item is damaged.`);
  const others = names.filter((name) => !referenced.has(name));
  return [...referenced.values(), ...others.map((name) => ({ name }))];
};

const filesOf = (names: readonly string[], { href, size, isChunked }: FileReference): readonly OrderedFile[] => {
  const spellings = spellingsOf(href);
  if (isChunked)
    return names
      .filter((name) => spellings.includes(name.replace(/\.\d{9}$/, '')))
      .sort((a, b) => (a < b ? -1 : 1))
      .map((name) => ({ name }));
  const name = spellings.find((spelling) => names.includes(spelling));
  return name === undefined ? [] : [{ name, ...(size === undefined ? {} : { size }) }];
};

/** A reference is a URL: it may begin with `./`, and have escapes. Many programs write names as they are. */
const spellingsOf = (href: string): readonly string[] => {
  const name = href.replace(/^(?:\.\/)+/, '');
  try {
    return [name, decodeURIComponent(name)];
  } catch {
    return [name];
  }
};
