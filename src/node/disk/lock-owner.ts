/** Who writes a file: a process of this or of another machine, and whether it still runs. */

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { codeOf } from './disk-error.ts';

/** One download of one file, in one process. */
export interface LockOwner {
  readonly host: string;
  readonly pid: number;
  /** When the process started, as far as the system tells: its number may belong to another one later. */
  readonly started?: string;
  /** Which run of the machine it belongs to, as far as the system tells. */
  readonly boot?: string;
  /** Of this download alone. */
  readonly id: string;
}

/** What this process is writing. */
const writing = new Set<string>();

/** What all its writers have in common. */
let thisProcessInfo: Promise<Omit<LockOwner, 'id'>> | undefined;

/** Says that this process begins to write a file. */
export const addOpenFile = async (): Promise<LockOwner> => {
  const id = randomUUID();
  writing.add(id);
  thisProcessInfo ??= thisProcess();
  return { ...(await thisProcessInfo), id };
};

/** Says that it does no more. */
export const removeOpenFile = ({ id }: LockOwner): void => void writing.delete(id);

/**
 * Whether a writer is still at work. Of another machine that cannot be known: it is taken for gone, for most of them are containers that
 * are; one that is not finds out before it gives the file its name.
 */
export const isAlive = async ({ host, pid, started, id }: LockOwner): Promise<boolean> => {
  if (host !== hostname()) return false;
  if (pid === process.pid) return writing.has(id);
  if (!processExists(pid)) return false;
  const now = await statusOf(pid);
  return now === undefined || (!now.ended && (started === undefined || started === now.started));
};

/** Whether all that one has given to the system is there for the other: not if the power may have been cut in between. */
export const isSameBoot = (one: LockOwner, other: LockOwner): boolean =>
  one.host === other.host && one.boot !== undefined && one.boot === other.boot;

const thisProcess = async (): Promise<Omit<LockOwner, 'id'>> => {
  const started = (await statusOf(process.pid))?.started;
  // Linux tells; elsewhere a later run relies on what was flushed, and no more.
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

/** What Linux tells of a process; its name, which comes first, may have spaces and brackets. */
const statusOf = async (pid: number): Promise<{ started: string | undefined; ended: boolean } | undefined> => {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields === undefined ? undefined : { started: fields[19], ended: fields[0] === 'Z' };
};
