/** A disk that fails when it is told to: stands in for `node:fs/promises` of the modules that are imported after it. */

import { jest } from '@jest/globals';
import * as real from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What happens to one operation. `error`: it fails, and is not done; `crash`: the process ends before it; `crash after`: the process ends
 * when it is done; `crash within`: the process ends when half of the bytes are written.
 */
export type Fault = 'error' | 'crash' | 'crash after' | 'crash within';

/** The operations that one run asks for, and what becomes of one of them. */
export interface Run {
  /** How many operations there were. */
  count: number;
  /** The number of the operation that fails, from 1. */
  readonly at: number;
  readonly fault: Fault;
  /** Whether the process has ended: nothing reaches the disk any more. */
  hasEnded: boolean;
}

let run: Run = { count: 0, at: 0, fault: 'error', hasEnded: false };

/** From now on operations are counted, and one of them fails; 0: none. */
export const begin = (at = 0, fault: Fault = 'error'): Run => {
  run = { count: 0, at, fault, hasEnded: false };
  return run;
};

const failure = (): Error => Object.assign(new Error('the disk has failed'), { code: 'EIO' });

type Operation = (...args: readonly never[]) => Promise<unknown>;

/** Half a write is what a process leaves that ends in the middle of it. */
const half: Readonly<Record<string, (args: readonly unknown[]) => readonly unknown[]>> = {
  write: ([bytes, start, length, position]) => [bytes, start, Math.floor(Number(length) / 2), position],
  writev: ([pieces, position]) => {
    const bytes = Buffer.concat(pieces as readonly Uint8Array[]);
    return [[bytes.subarray(0, Math.floor(bytes.byteLength / 2))], position];
  },
};

const guarded =
  (name: string, operation: Operation) =>
  async (...args: readonly unknown[]): Promise<unknown> => {
    const mine = run;
    mine.count += 1;
    // What the system does anyway when a process ends.
    if (name === 'close') await operation();
    if (mine.hasEnded) throw failure();
    const done = (given: readonly unknown[]): Promise<unknown> =>
      name === 'close' ? Promise.resolve(undefined) : operation(...(given as readonly never[]));
    if (mine.count !== mine.at) {
      const result = await done(args);
      if (mine.hasEnded) throw failure();
      return result;
    }
    if (mine.fault === 'error') throw failure();
    mine.hasEnded = true;
    if (mine.fault === 'crash after') await done(args);
    if (mine.fault === 'crash within' && half[name] !== undefined) await done(half[name](args));
    throw failure();
  };

const methods = ['read', 'write', 'writev', 'stat', 'sync', 'datasync', 'truncate', 'close'] as const;

/** What is open. */
const handles = new Set<real.FileHandle>();

const guardedHandle = (handle: real.FileHandle): unknown => {
  handles.add(handle);
  const close = (): Promise<void> => {
    handles.delete(handle);
    return handle.close();
  };
  // What a power cut would take is not what is tested here.
  const own: Partial<Record<(typeof methods)[number], unknown>> = {
    close,
    sync: async () => undefined,
    datasync: async () => undefined,
  };
  return Object.fromEntries(methods.map((name) => [name, guarded(name, (own[name] ?? handle[name].bind(handle)) as Operation)]));
};

/** Closes what is open, as a system does when a process ends. Answers how many files there were. */
export const closeAll = async (): Promise<number> => {
  const left = [...handles];
  handles.clear();
  await Promise.all(left.map((handle) => handle.close()));
  return left.length;
};

const functions = ['link', 'lstat', 'mkdir', 'rename', 'unlink'] as const;

jest.unstable_mockModule('node:fs/promises', () => ({
  ...real,
  ...Object.fromEntries(functions.map((name) => [name, guarded(name, real[name] as Operation)])),
  open: guarded('open', async (...args: readonly unknown[]) =>
    guardedHandle(await real.open(...(args as Parameters<typeof real.open>))),
  ),
}));

/** The sink, on this disk. */
export const { toDirectory } = await import('rx-content-library/node');

/** Once a process has ended its number is nobody's; here it would still be ours. */
export const bury = async (directory: string): Promise<void> => {
  const sidecar = join(directory, 'a.iso.part.json');
  const text = await real.readFile(sidecar, 'utf8').catch(() => '');
  await real
    .writeFile(sidecar, text.replace(`"pid":${process.pid},`, '"pid":1073741824,'), { flag: text === '' ? 'r' : 'r+' })
    .catch(() => undefined);
};
