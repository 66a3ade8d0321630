/** A misspelt status does not compile; one that VMware has added since can be shown all the same. */

import type { DownloadFileInfo, PrepareStatus } from 'rx-content-library';

export const ready = (info: DownloadFileInfo): boolean => info.status === 'PREPARED';

export const misspelt = (info: DownloadFileInfo): boolean =>
  // @ts-expect-error 2367: no status is called so
  info.status === 'PREPARD';

export const misspeltCase = (info: DownloadFileInfo): boolean => {
  switch (info.status) {
    case 'PREPARED':
      return true;
    // @ts-expect-error 2678: no status is called so
    case 'PREPARD':
      return true;
    default:
      return false;
  }
};

export const shown = (info: DownloadFileInfo): string => String(info.status);

export const known = (info: DownloadFileInfo): PrepareStatus =>
  // @ts-expect-error 2322: it may be a status that this version does not know
  info.status;

export const overwritten = (info: DownloadFileInfo): void => {
  // @ts-expect-error 2540: what vCenter said is read-only
  info.status = 'PREPARED';
};
