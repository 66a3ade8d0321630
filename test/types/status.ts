/** A misspelled status does not compile; an unknown status can be displayed. */

import type { DownloadFileInfo, PrepareStatus } from 'rx-content-library';

export const ready = (info: DownloadFileInfo): boolean => info.status === 'PREPARED';

export const misspelled = (info: DownloadFileInfo): boolean =>
  // @ts-expect-error 2367: there is no such status
  info.status === 'PREPARD';

export const misspelledCase = (info: DownloadFileInfo): boolean => {
  switch (info.status) {
    case 'PREPARED':
      return true;
    // @ts-expect-error 2678: there is no such status
    case 'PREPARD':
      return true;
    default:
      return false;
  }
};

export const displayed = (info: DownloadFileInfo): string => String(info.status);

export const known = (info: DownloadFileInfo): PrepareStatus =>
  // @ts-expect-error 2322: the status may be unknown
  info.status;

export const overwritten = (info: DownloadFileInfo): void => {
  // @ts-expect-error 2540: fields are read-only
  info.status = 'PREPARED';
};
