/** Operations of `content.library.item.File`, and how stored files are returned and addressed. */

import * as t from 'io-ts';
import type { ItemFileInfo } from '../../model/index.ts';
import { isCached } from '../state/cache-state.ts';
import type { StoredFile, StoredItem } from '../state/catalog.ts';
import { computeChecksums } from '../state/checksums.ts';
import { isSince } from '../state/releases.ts';
import type { SimulatedVCenter } from '../state/simulated-vcenter.ts';
import { defineOperation } from './define-operation.ts';
import { itemOf } from './item.ts';
import { objectNotFoundError, VapiError } from './vapi-error.ts';

const privilege = 'System.Read';

/** Returns all files of an item. */
export const listItemFiles = defineOperation(
  { privilege, required: { library_item_id: t.string } },
  async (vcenter, { library_item_id }, { origin }) => {
    const item = itemOf(vcenter, library_item_id);
    return itemFileInfos(vcenter, item, item.files, origin);
  },
);

/** Returns one file of an item. */
export const getItemFile = defineOperation(
  { privilege, required: { library_item_id: t.string, name: t.string } },
  async (vcenter, { library_item_id, name }, { origin }) => {
    const item = itemOf(vcenter, library_item_id);
    const [file] = await itemFileInfos(vcenter, item, [storedFileOf(item, name)], origin);
    return file;
  },
);

/** Returns a file of an item, or throws. */
export const storedFileOf = ({ files }: StoredItem, name: string): StoredFile => {
  const file = files.find((candidate) => candidate.name === name);
  if (file === undefined) throw objectNotFoundError('file', name);
  return file;
};

/** Bytes. Larger files with slow content are listed without a checksum: reading them would take minutes. */
const MAX_LISTED_CHECKSUM = 16 * 1024 * 1024;

/**
 * Returns the file infos of the simulated release; `origin` is the one of the request.
 *
 * @param noLink - What a file gets whose name allows no link.
 */
export const itemFileInfos = async (
  vcenter: SimulatedVCenter,
  item: StoredItem,
  files: readonly StoredFile[],
  origin: string,
  noLink: (file: StoredFile) => undefined = unsupportedName,
): Promise<readonly ItemFileInfo[]> => {
  const now = vcenter.clock.now();
  const readable = files.filter((file) => isCached(file, now) && file.content.size <= MAX_LISTED_CHECKSUM);
  await computeChecksums(vcenter.checksums, readable);
  return files.map((file) => itemFileInfo(vcenter, file, (cached) => fileLink(item, file, origin, cached, noLink)));
};

const itemFileInfo = (
  vcenter: SimulatedVCenter,
  file: StoredFile,
  linkOf: (cached: boolean) => string | undefined,
): ItemFileInfo => {
  const cached = isCached(file, vcenter.clock.now());
  const checksum = cached ? vcenter.checksums.of(file) : undefined;
  const link = isSince(vcenter.version, '9.0') ? linkOf(cached) : undefined;
  return {
    name: file.name,
    size: cached ? file.storedSize : 0,
    cached,
    version: file.version,
    ...(checksum === undefined ? {} : { checksum_info: checksum }),
    ...(link === undefined ? {} : { file_download_endpoint: link }),
  };
};

/** Returns the storage URI of a file. */
export const storageUri = (
  { volume, serverGuid }: SimulatedVCenter,
  item: StoredItem,
  { name, storageId }: StoredFile,
): string => {
  const [, base = name, extension = ''] = /^(.+?)(\.[^.]*)?$/s.exec(name) ?? [];
  const path = `${item.id}/${encodeURIComponent(`${base}_${storageId}${extension}`)}?serverId=${serverGuid}`;
  const { storage } = item.library.entry;
  if (storage !== undefined && 'uri' in storage) return `${storage.uri}/contentlib-${item.library.id}/${path}`;
  // Real URIs have two slashes here.
  return `ds:///vmfs/volumes/${volume}//contentlib-${item.library.id}/${path}`;
};

/** File names that need no percent-encoding. The documents say that some characters are not supported, but not which. */
const URI_SAFE_NAME = /^[\w.~!$&'()*+,;=:@-]+$/;

const unsupportedName = ({ name }: StoredFile): never => {
  throw new VapiError(
    'UNSUPPORTED',
    'com.vmware.vdcs.cls-main.unsupported_file_name',
    `There is no download link for the file ${name}: its name has characters that a URI can not have.`,
    [name],
  );
};

const fileLink = (
  item: StoredItem,
  file: StoredFile,
  origin: string,
  cached: boolean,
  noLink: (file: StoredFile) => undefined,
): string | undefined => {
  if (!cached || item.type === 'vm-template') return undefined;
  const { name, version } = file;
  if (!URI_SAFE_NAME.test(name)) return noLink(file);
  const [libraryId, itemId, fileVersion] = [item.library.id, item.id, version].map(encodeURIComponent);
  return `${origin}/cls/static/${libraryId}/${itemId}/${name}?version=${fileVersion}`;
};
