/** The process that writes a file, on this or another machine, and whether it is still alive. */

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { codeOf } from './disk-error.ts';

/** One download of one file, in one process. */
export interface LockOwner {
  readonly host: string;
  readonly pid: number;
  /** When the process started, if the system reports it: another process may get the same `pid` later. */
  readonly started?: string;
  /** Boot id of the machine, if the system reports it. */
  readonly boot?: string;
  /** Unique to this download. */
  readonly id: string;
}

/** Ids of the downloads that this process is writing. */
const openFiles = new Set<string>();

/** What all lock owners of this process have in common. */
let thisProcessInfo: Promise<Omit<LockOwner, 'id'>> | undefined;

/** Registers a file that this process starts to write. */
export const addOpenFile = async (): Promise<LockOwner> => {
  const id = randomUUID();
  openFiles.add(id);
  thisProcessInfo ??= readThisProcessInfo();
  return { ...(await thisProcessInfo), id };
};

export const removeOpenFile = ({ id }: LockOwner): void => void openFiles.delete(id);

/**
 * Returns true if the lock owner is still writing. On another host this cannot be checked, and it is assumed dead: most are finished
 * containers. If it is alive, it notices before it publishes its file.
 */
export const isAlive = async ({ host, pid, started, id }: LockOwner): Promise<boolean> => {
  if (host !== hostname()) return false;
  if (pid === process.pid) return openFiles.has(id);
  if (!processExists(pid)) return false;
  const status = await readProcessStatus(pid);
  return status === undefined || (!status.isZombie && (started === undefined || started === status.started));
};

/** Returns true if the machine did not restart in between: then no written byte was lost in a power cut. */
export const isSameBoot = (one: LockOwner, other: LockOwner): boolean =>
  one.host === other.host && one.boot !== undefined && one.boot === other.boot;

const readThisProcessInfo = async (): Promise<Omit<LockOwner, 'id'>> => {
  const started = (await readProcessStatus(process.pid))?.started;
  // Linux only; elsewhere a later run trusts only the synced bytes.
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => undefined))?.trim();
  return {
    host: hostname(),
    pid: process.pid,
    ...(started === undefined ? {} : { started }),
    ...(boot === undefined ? {} : { boot }),
  };
};

const processExists = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (thrown) {
    return codeOf(thrown) === 'EPERM';
  }
};

interface ProcessStatus {
  readonly started: string | undefined;
  readonly isZombie: boolean;
}

/** Linux only. The name of the process, which comes first, may contain spaces and brackets. */
const readProcessStatus = async (pid: number): Promise<ProcessStatus | undefined> => {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields === undefined ? undefined : { started: fields[19], isZombie: fields[0] === 'Z' };
};
