/** What vCenter says: a misspelt value does not compile, one that VMware has added since can be dealt with, and nothing is written to. */

import {
  findLibraries,
  syncItem,
  type ChecksumInfo,
  type DownloadSessionModel,
  type ItemModel,
  type LibraryModel,
  type LocalizableMessage,
  type VCenter,
} from 'rx-content-library';

export const isOver = ({ state }: DownloadSessionModel): boolean => state === 'CANCELED' || state === 'ERROR';

export const misspelt = (session: DownloadSessionModel, library: LibraryModel, checksum: ChecksumInfo): readonly boolean[] => [
  // @ts-expect-error 2367: VMware writes it with one L
  session.state === 'CANCELLED',
  // @ts-expect-error 2367: no library is of this type
  library.type === 'SUBSCRIBER',
  // @ts-expect-error 2367: VMware writes it without a hyphen
  checksum.algorithm === 'SHA-1',
];

export const later = ({ type }: LibraryModel): string => {
  switch (type) {
    case 'LOCAL':
      return 'here';
    case 'SUBSCRIBED':
      return 'elsewhere';
    default:
      return `a library of the type ${String(type)}`;
  }
};

export const argument = ({ params }: LocalizableMessage): string | undefined => params?.['file']?.s;

export const asked = (vc: VCenter): readonly unknown[] => [
  findLibraries(vc, { type: 'LOCAL' }),
  // @ts-expect-error 2820: what is asked for has to be known
  findLibraries(vc, { type: 'LOCALE' }),
  // @ts-expect-error 2561: options are ours, and in camelCase
  syncItem(vc, 'item', { force_sync_content: true }),
];

export const overwritten = (item: ItemModel, library: LibraryModel): void => {
  // @ts-expect-error 2540: what vCenter said is read-only
  item.name = 'other';
  // @ts-expect-error 2339: so are its lists
  library.storage_backings?.push({ type: 'OTHER' });
};
