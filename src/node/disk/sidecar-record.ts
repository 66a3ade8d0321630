/** What is written in a sidecar, and how it is read. */

import type { FileHandle } from 'node:fs/promises';
import type { IncomingFile } from '../../index.ts';
import { openRegularFile } from './no-follow-fs.ts';
import { writeAll } from './write-all.ts';
import type { LockOwner } from './lock-owner.ts';

/** What the bytes of a `.part` belong to; they are taken up again only where all of it is the same. */
export interface ContentKey {
  readonly format: 1;
  readonly name: string;
  readonly size?: number;
  readonly itemId: string;
  readonly contentVersion: string;
  readonly fileVersion?: string;
}

/** The names of what is compared. */
const facts = [
  'format',
  'name',
  'size',
  'itemId',
  'contentVersion',
  'fileVersion',
] as const satisfies readonly (keyof ContentKey)[];

/** A sidecar always has this length, so that one write changes it: neither a crash nor a full disk can leave half of it. */
const length = 1024;

/** What stands in a sidecar. */
export type SidecarRecord = Readonly<Record<string, unknown>>;

/** Answers `undefined` where nothing tells the content from a later one. */
export const contentKeyOf = ({ name, size, content }: IncomingFile): ContentKey | undefined => {
  if (content === undefined || content.contentVersion === '') return undefined;
  const { itemId, contentVersion, fileVersion } = content;
  const belonging: ContentKey = {
    format: 1,
    name,
    itemId,
    contentVersion,
    ...(fileVersion === undefined ? {} : { fileVersion }),
    ...(size === undefined ? {} : { size }),
  };
  // Half is for the writer.
  return Buffer.byteLength(JSON.stringify(belonging)) > length / 2 ? undefined : belonging;
};

/** Whether a note is about that very content. */
export const matches = (found: SidecarRecord, belonging: ContentKey): boolean =>
  facts.every((fact) => found[fact] === belonging[fact]);

/** How many bytes of the `.part` survive a power cut. */
export const flushedIn = (note: SidecarRecord | undefined): number => {
  const flushed = note?.['flushed'];
  return typeof flushed === 'number' && flushed > 0 ? flushed : 0;
};

/** Who is writing the `.part`, or was when the process ended. */
export const writerIn = (note: SidecarRecord | undefined): LockOwner | undefined => {
  const writer = note?.['writer'];
  if (!isNote(writer)) return undefined;
  const { host, pid, started, boot, id } = writer;
  if (typeof host !== 'string' || typeof id !== 'string') return undefined;
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return {
    host,
    pid,
    id,
    ...(typeof started === 'string' ? { started } : {}),
    ...(typeof boot === 'string' ? { boot } : {}),
  };
};

const isNote = (value: unknown): value is SidecarRecord => typeof value === 'object' && value !== null;

/** What stands in a sidecar, or `undefined` if there is none or it cannot be read as one. */
export const readNote = async (at: string): Promise<SidecarRecord | undefined> => {
  const handle = await openRegularFile(at);
  if (handle === undefined) return undefined;
  try {
    return await noteIn(handle);
  } finally {
    await handle.close().catch(() => undefined);
  }
};

/** The same, of one that is open. */
export const noteIn = async (handle: FileHandle): Promise<SidecarRecord | undefined> => {
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
    const note: unknown = JSON.parse(buffer.toString('utf8', 0, bytesRead));
    return isNote(note) ? note : undefined;
  } catch {
    return undefined;
  }
};

/** Changes all of it at once. */
export const writeNote = async (handle: FileHandle, note: SidecarRecord): Promise<void> => {
  const record = Buffer.alloc(length, ' ');
  record.write(`${JSON.stringify(note)}\n`);
  await writeAll(handle, record, 0);
};
