/** Mocks `node:fs/promises` with a disk that fails at a given operation, for the modules imported after it. */

import * as real from 'node:fs/promises';
import { join } from 'node:path';
import { jest } from '@jest/globals';

/**
 * What happens to one operation. `error`: it fails without effect; `crash`: the process ends before it; `crash after`: the process ends
 * after it; `crash within`: the process ends after half of its bytes are written.
 */
export type Fault = 'error' | 'crash' | 'crash after' | 'crash within';

/** An operation of a file system; a sync of a directory includes opening it. */
export type RefusedOperation = 'open' | 'write' | 'fsync' | 'fsync of the directory' | 'link' | 'rename' | 'unlink' | 'close';

/** A file system that refuses an operation with a code, whenever it is called. */
export interface Refusal {
  readonly operation: RefusedOperation;
  readonly code: string;
}

let refusal: Refusal | undefined;

/** Starts to refuse an operation; without an argument, none. */
export const refuse = (next?: Refusal): void => {
  refusal = next;
};

const names: Readonly<Record<string, RefusedOperation>> = { writev: 'write', sync: 'fsync', datasync: 'fsync' };

const assertNotRefused = (name: string, isDirectory: boolean): void => {
  const operation = isDirectory && /open|sync/.test(name) ? 'fsync of the directory' : (names[name] ?? name);
  if (refusal?.operation === operation) throw Object.assign(new Error(refusal.code), { code: refusal.code });
};

/** The operations of one run, and the fault of one of them. */
export interface Run {
  /** Operations so far. */
  count: number;
  /** The number of the operation that fails, from 1. */
  readonly at: number;
  readonly fault: Fault;
  /** True if the process has ended: nothing reaches the disk any more. */
  hasEnded: boolean;
}

let run: Run = { count: 0, at: 0, fault: 'error', hasEnded: false };

/** Starts to count operations. The one with the number `at` fails; 0: none. */
export const begin = (at = 0, fault: Fault = 'error'): Run => {
  run = { count: 0, at, fault, hasEnded: false };
  return run;
};

const failure = (): Error => Object.assign(new Error('the disk has failed'), { code: 'EIO' });

type Operation = (...args: readonly never[]) => Promise<unknown>;

/** Arguments of the half write that a process leaves when it ends during a write. */
const half: Readonly<Record<string, (args: readonly unknown[]) => readonly unknown[]>> = {
  write: ([bytes, start, length, position]) => [bytes, start, Math.floor(Number(length) / 2), position],
  writev: ([chunks, position]) => {
    const bytes = Buffer.concat(chunks as readonly Uint8Array[]);
    return [[bytes.subarray(0, Math.floor(bytes.byteLength / 2))], position];
  },
};

const guarded =
  (name: string, operation: Operation, isDirectory?: boolean) =>
  async (...args: readonly unknown[]): Promise<unknown> => {
    const current = run;
    current.count += 1;
    // A file that does not exist is reported first.
    if (name === 'unlink') await real.lstat(String(args[0]));
    if (name !== 'close') assertNotRefused(name, isDirectory ?? (await isExistingDirectory(args[0])));
    // The system closes files when a process ends.
    if (name === 'close') {
      await operation();
      assertNotRefused(name, isDirectory === true);
    }
    if (current.hasEnded) throw failure();
    const done = (actual: readonly unknown[]): Promise<unknown> =>
      name === 'close' ? Promise.resolve(undefined) : operation(...(actual as readonly never[]));
    if (current.count !== current.at) {
      const result = await done(args);
      if (current.hasEnded) throw failure();
      return result;
    }
    if (current.fault === 'error') throw failure();
    current.hasEnded = true;
    if (current.fault === 'crash after') await done(args);
    if (current.fault === 'crash within' && half[name] !== undefined) await done(half[name](args));
    throw failure();
  };

const isExistingDirectory = (path: unknown): Promise<boolean> =>
  real.stat(String(path)).then(
    (stats) => stats.isDirectory(),
    () => false,
  );

const methods = ['read', 'write', 'writev', 'stat', 'sync', 'datasync', 'truncate', 'close'] as const;

/** Open files. */
const handles = new Set<real.FileHandle>();

const guardedHandle = (handle: real.FileHandle, isDirectory: boolean): unknown => {
  handles.add(handle);
  const close = (): Promise<void> => {
    handles.delete(handle);
    return handle.close();
  };
  // Power cuts are not tested here.
  const own: Partial<Record<(typeof methods)[number], unknown>> = {
    close,
    sync: async () => undefined,
    datasync: async () => undefined,
  };
  return Object.fromEntries(
    methods.map((name) => [name, guarded(name, (own[name] ?? handle[name].bind(handle)) as Operation, isDirectory)]),
  );
};

/** Closes all files, as a system does when a process ends. Returns how many were open. */
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
  open: guarded('open', async (...args: readonly unknown[]) => {
    const handle = await real.open(...(args as Parameters<typeof real.open>));
    return guardedHandle(handle, (await handle.stat()).isDirectory());
  }),
}));

/** The sink, on this disk. */
export const { toDirectory } = await import('rx-content-library/node');

/** Replaces the process id in the sidecar: the simulated process has ended, but this one is alive. */
export const bury = async (directory: string): Promise<void> => {
  const sidecar = join(directory, 'a.iso.part.json');
  const text = await real.readFile(sidecar, 'utf8').catch(() => '');
  await real
    .writeFile(sidecar, text.replace(`"pid":${process.pid},`, '"pid":1073741824,'), { flag: text === '' ? 'r' : 'r+' })
    .catch(() => undefined);
};
