/** Public view of download sessions. */

import type { DownloadSessionState, PrepareStatus } from '../model/index.ts';
import { fileProgress } from './operations/download-file.ts';
import type { SimulatedVCenter } from './state/simulated-vcenter.ts';

/** A file of a simulated download session. */
export interface SimulatedDownloadFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly status: PrepareStatus;
  /** Number of bytes that the server transferred to prepare the file. */
  readonly bytesTransferred: number;
  /** Number of bytes served to clients, including repeated ones. */
  readonly bytesServed: number;
}

/** A simulated download session. */
export interface SimulatedDownloadSession {
  readonly id: string;
  readonly itemId: string;
  readonly itemName: string;
  /** User who created it. */
  readonly username: string;
  readonly state: DownloadSessionState;
  /** Milliseconds since 1970, by the simulator's clock. */
  readonly expiresAt: number;
  /** Latest progress of the client, 0 to 100. */
  readonly clientProgress: number;
  readonly files: readonly SimulatedDownloadFile[];
}

/** Returns the current download sessions. */
export const downloadSessionViews = (vcenter: SimulatedVCenter): readonly SimulatedDownloadSession[] => {
  vcenter.contentChanges.applyDue();
  return vcenter.downloadSessions.all().map(({ id, item, owner, state, expiresAt, clientProgress, files }) => ({
    id,
    itemId: item.id,
    itemName: item.name,
    username: owner.username,
    state,
    expiresAt,
    clientProgress,
    files: [...files.values()].map((file) => {
      const { status, bytesTransferred } = fileProgress(vcenter, file);
      const { stored, bytesServed } = file;
      return { name: stored.name, size: stored.content.size, status, bytesTransferred, bytesServed };
    }),
  }));
};
