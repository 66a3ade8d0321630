/** Structures: a misspelled value does not compile, unknown values can be handled, and fields are read-only. */

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

export const misspelled = (session: DownloadSessionModel, library: LibraryModel, checksum: ChecksumInfo): readonly boolean[] => [
  // @ts-expect-error 2367: VMware writes it with one L
  session.state === 'CANCELLED',
  // @ts-expect-error 2367: there is no such type
  library.type === 'SUBSCRIBER',
  // @ts-expect-error 2367: VMware writes it without a hyphen
  checksum.algorithm === 'SHA-1',
];

export const unknownValue = ({ type }: LibraryModel): string => {
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

export const requests = (vc: VCenter): readonly unknown[] => [
  findLibraries(vc, { type: 'LOCAL' }),
  // @ts-expect-error 2820: requests accept known values only
  findLibraries(vc, { type: 'LOCALE' }),
  // @ts-expect-error 2561: options are in camelCase
  syncItem(vc, 'item', { force_sync_content: true }),
];

export const overwritten = (item: ItemModel, library: LibraryModel): void => {
  // @ts-expect-error 2540: fields are read-only
  item.name = 'other';
  // @ts-expect-error 2339: arrays are read-only
  library.storage_backings?.push({ type: 'OTHER' });
};
