/** A download session as it looks from outside. */

import type { DownloadSessionState, PrepareStatus } from '../model/index.ts';
import { fileProgress } from './operations/download-file.ts';
import type { SimulatedVCenter } from './state/simulated-vcenter.ts';

/** A file of a download session that the simulator has. */
export interface SimulatedDownloadFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly status: PrepareStatus;
  /** Bytes that the server moved to make the file ready. */
  readonly bytesTransferred: number;
  /** Bytes that were served to clients, those that were served twice counted twice. */
  readonly bytesServed: number;
}

/** A download session that the simulator has. */
export interface SimulatedDownloadSession {
  readonly id: string;
  readonly itemId: string;
  readonly itemName: string;
  /** Who created it. */
  readonly username: string;
  readonly state: DownloadSessionState;
  /** Milliseconds since 1970, as the simulator's clock tells them. */
  readonly expiresAt: number;
  /** What the client said last, 0 to 100. */
  readonly clientProgress: number;
  readonly files: readonly SimulatedDownloadFile[];
}

/** The download sessions there are now. */
export const downloadSessionViews = (vcenter: SimulatedVCenter): readonly SimulatedDownloadSession[] =>
  vcenter.downloadSessions.all().map(({ id, item, owner, state, expiresAt, clientProgress, files }) => ({
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
