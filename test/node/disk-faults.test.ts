import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { IncomingFile, SinkFile } from 'rx-content-library';
import { scaled } from '../support/soak.ts';
import { begin, bury, closeAll, toDirectory, type Fault } from './faulty-disk.ts';
import { temporaryDirectory } from './temporary.ts';

/** Large enough for several writes; small files use its beginning. */
const large = Buffer.from(Uint8Array.from({ length: 1_300_000 }, (_, at) => (at * 7 + (at >> 11)) % 251));
let source = large;
const incoming = (): IncomingFile => ({
  name: 'a.iso',
  size: source.byteLength,
  content: { itemId: 'item-1', contentVersion: '7' },
});
const old = Buffer.from('the old file');
const foreign = { 'b.iso': 'foreign', 'b.iso.part': 'foreign', 'b.iso.part.json': 'foreign' } as const;

/** An open file, and the number of its bytes. */
interface OpenFile {
  readonly file: SinkFile;
  at: number;
}

type Step = number | 'restart' | 'suspend' | 'discard' | 'commit';

const openFile = async (directory: string, force: boolean): Promise<OpenFile> => ({
  file: await toDirectory(directory, { force }).open(incoming()),
  at: 0,
});

/** Expects the kept bytes to equal the beginning of the file. */
const replay = async (open: OpenFile): Promise<void> => {
  await open.file.replay?.((bytes) => {
    expect(source.subarray(open.at, open.at + bytes.byteLength).equals(bytes)).toBe(true);
    open.at += bytes.byteLength;
  });
  expect(open.at).toBe(open.file.keptBytes);
};

const take = async (open: OpenFile, step: Step): Promise<void> => {
  if (typeof step === 'number') {
    const bytes = source.subarray(open.at, open.at + step);
    await open.file.write(bytes);
    open.at += bytes.byteLength;
  } else if (step === 'restart') {
    await open.file.restart?.();
    open.at = 0;
  } else if (step === 'commit') {
    await open.file.write(source.subarray(open.at));
    await open.file.commit({ verified: 'length' });
  } else await open.file[step]?.();
};

const isOneOf = (found: Buffer, allowed: readonly Buffer[]): boolean => allowed.some((each) => each.equals(found));

/** Expects the old file, a `.part`, or the complete new file, and no other change in the directory. */
const expectSound = async (directory: string, force: boolean): Promise<void> => {
  const names = await readdir(directory);
  const ours = names.filter((name) => !(name in foreign));
  expect(['a.iso', 'a.iso.part', 'a.iso.part.json']).toEqual(expect.arrayContaining(ours));
  for (const [name, text] of Object.entries(foreign)) expect(await readFile(join(directory, name), 'utf8')).toBe(text);
  if (force) expect(ours).toContain('a.iso');
  if (!ours.includes('a.iso')) return;
  expect(isOneOf(await readFile(join(directory, 'a.iso')), force ? [old, source] : [source])).toBe(true);
};

/** Expects a run on a disk without faults to save the file and to leave nothing else. */
const expectFinishes = async (directory: string, force: boolean): Promise<void> => {
  begin();
  const exists = !force && (await readdir(directory)).includes('a.iso');
  if (exists) await expect(openFile(directory, force)).rejects.toMatchObject({ code: 'EEXIST' });
  else {
    const open = await openFile(directory, force);
    await replay(open);
    await take(open, 'commit');
  }
  expect((await readdir(directory)).sort()).toEqual(['a.iso', ...Object.keys(foreign)]);
  expect(source.equals(await readFile(join(directory, 'a.iso')))).toBe(true);
};

const prepared = async (force: boolean): Promise<string> => {
  const directory = await temporaryDirectory();
  for (const [name, text] of Object.entries(foreign)) await writeFile(join(directory, name), text);
  if (force) await writeFile(join(directory, 'a.iso'), old);
  return directory;
};

/** Simulates one process: opens the file and runs steps until one fails; then ends it as a download does. Returns the operations. */
const oneProcess = async (
  directory: string,
  {
    force,
    steps,
    at,
    fault,
    afterwards,
  }: { force: boolean; steps: readonly Step[]; at: number; fault: Fault; afterwards: 'suspend' | 'discard' },
): Promise<number> => {
  const run = begin(at, fault);
  let open: OpenFile | undefined;
  try {
    open = await openFile(directory, force);
    await replay(open);
    for (const step of steps) await take(open, step);
  } catch (thrown) {
    expect(thrown).toMatchObject({ _tag: 'SinkError' });
  }
  // Errors after this are ignored.
  await open?.file[afterwards]?.().catch(() => undefined);
  const left = await closeAll();
  if (run.hasEnded) await bury(directory);
  else expect(left).toBe(0);
  return run.count;
};

const allSteps: readonly Step[] = [1_000, 15_000, 'restart', 16_384, 'commit'];

/** After a crash, nothing has an effect. */
const endings: Readonly<Record<Fault, readonly ('suspend' | 'discard')[]>> = {
  crash: ['suspend'],
  'crash after': ['suspend'],
  'crash within': ['suspend'],
  error: ['suspend', 'discard'],
};

const cases = (Object.keys(endings) as readonly Fault[]).flatMap((fault) =>
  endings[fault].flatMap((afterwards) => [false, true].map((force) => ({ fault, afterwards, force }))),
);

test.each(cases)(
  '$fault at every single operation of a download, then $afterwards: the next run succeeds (force: $force)',
  async ({ fault, afterwards, force }) => {
    source = large.subarray(0, 20_000);
    const again = async (at: number): Promise<{ directory: string; operations: number }> => {
      const directory = await prepared(force);
      await oneProcess(directory, { force, steps: [9_000, 'suspend'], at: 0, fault, afterwards });
      return { directory, operations: await oneProcess(directory, { force, steps: allSteps, at, fault, afterwards }) };
    };
    const { operations } = await again(0);
    expect(operations).toBeGreaterThan(30);
    for (let at = 1; at <= operations; at += 1) {
      const { directory } = await again(at);
      await expectSound(directory, force);
      await expectFinishes(directory, force);
    }
  },
);

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.integer({ min: 0, max: 1_200_000 }) },
    { weight: 2, arbitrary: fc.constant<Step>('restart') },
    { weight: 1, arbitrary: fc.constantFrom<Step>('commit', 'suspend', 'discard') },
  ),
  { maxLength: 6 },
);

const runs = fc.array(
  fc.record({
    steps,
    at: fc.integer({ min: 0, max: 60 }),
    fault: fc.constantFrom<Fault>('error', 'crash', 'crash after', 'crash within'),
    afterwards: fc.constantFrom('suspend', 'discard'),
  }),
  { minLength: 1, maxLength: 4 },
);

test('any runs with any faults leave the old file, a .part or the complete new file, and the next run succeeds', async () => {
  source = large;
  await fc.assert(
    fc.asyncProperty(runs, fc.boolean(), async (all, force) => {
      const directory = await prepared(force);
      for (const each of all) {
        await oneProcess(directory, { ...each, force });
        await expectSound(directory, force);
      }
      await expectFinishes(directory, force);
    }),
    { numRuns: scaled({ test: 20, soak: 100 }) },
  );
});
