/** The memory that uploads use. */

import { describe, expect, test } from '@jest/globals';
import { createMemoryBudget } from '#src/s3/memory-budget.js';
import { partSize } from '#src/s3/part-size.js';
import { collectValues } from '../support/collect.ts';
import { simulateLibrary } from '../support/mirrored-library.ts';
import { bucketOf, memoryS3 } from './client.ts';
import { MiB, until } from './library.ts';

const GiB = 1024 * MiB;
const never = new AbortController().signal;

/** Returns true if a promise has fulfilled by now. */
const isFulfilled = async (promise: Promise<unknown>): Promise<boolean> => {
  const pending = Symbol('pending');
  await new Promise((resolve) => setImmediate(resolve));
  return (await Promise.race([promise, Promise.resolve(pending)])) !== pending;
};

describe('a budget', () => {
  test('is never exceeded', async () => {
    const budget = createMemoryBudget(100);
    await budget.acquire(60, never);
    const second = budget.acquire(60, never);
    expect(await isFulfilled(second)).toBe(false);
    expect(budget.used).toBe(60);
    budget.release(60);
    await second;
    expect(budget.used).toBe(60);
  });

  test('is given in order: a small request does not pass a large one', async () => {
    const budget = createMemoryBudget(100);
    await budget.acquire(60, never);
    const large = budget.acquire(60, never);
    const small = budget.acquire(10, never);
    expect(await isFulfilled(small)).toBe(false);
    budget.release(60);
    await Promise.all([large, small]);
    expect(budget.used).toBe(70);
  });

  test('is given alone to a request that exceeds it', async () => {
    const budget = createMemoryBudget(100);
    await budget.acquire(10, never);
    const huge = budget.acquire(500, never);
    expect(await isFulfilled(huge)).toBe(false);
    budget.release(10);
    await huge;
    expect(budget.used).toBe(500);
  });

  test('is not used by a request that was aborted while it waited', async () => {
    const budget = createMemoryBudget(100);
    await budget.acquire(100, never);
    const controller = new AbortController();
    const aborted = budget.acquire(50, controller.signal);
    const next = budget.acquire(100, never);
    controller.abort(new Error('no longer needed'));
    await expect(aborted).rejects.toThrow('no longer needed');
    budget.release(100);
    await next;
    expect(budget.used).toBe(100);
    await expect(budget.acquire(1, controller.signal)).rejects.toThrow('no longer needed');
  });
});

describe('the size of a part', () => {
  test('is 8 MiB for files up to 78 GiB, and a ten thousandth of larger ones', () => {
    expect(partSize(100, 1)).toBe(8 * MiB);
    expect(partSize(78 * GiB, 1)).toBe(8 * MiB);
    const huge = 5 * 1024 * GiB;
    expect(partSize(huge, 1)).toBeLessThan(600 * MiB);
    expect(partSize(huge, 1) * 10_000).toBeGreaterThanOrEqual(huge);
  });

  test('grows while the length is unknown, so that 10,000 parts have more than 5 TiB', () => {
    expect(partSize(undefined, 1)).toBe(8 * MiB);
    expect(partSize(undefined, 1001)).toBe(16 * MiB);
    const total = Array.from({ length: 10_000 }, (_, index) => partSize(undefined, index + 1)).reduce(
      (sum, size) => sum + size,
      0,
    );
    expect(total).toBeGreaterThan(5 * 1024 * GiB);
  });
});

test('all files of a target have at most 16 parts in memory, however slow the store is', async () => {
  const s3 = await memoryS3();
  const { promise, resolve } = Promise.withResolvers<undefined>();
  s3.faults.push({ operation: 'UploadPart', until: promise });
  const names = ['a', 'b', 'c', 'd', 'e'];
  const items = names.map((name) => ({ name, files: [{ name: `${name}.iso`, size: 40 * MiB }] }));
  const { simulator, mirrored } = simulateLibrary(items);
  const values = collectValues(mirrored(bucketOf(s3), { concurrency: names.length }));
  const partsSent = () => s3.log.filter((line) => line.startsWith('UploadPart')).length;
  await until(() => partsSent() === 16);
  for (let turn = 0; turn < 200; turn += 1) await new Promise((next) => setImmediate(next));
  expect(partsSent()).toBe(16);
  // What is beside the parts are chunks on their way.
  expect(simulator.bytesServed).toBeLessThan(17 * 8 * MiB);
  resolve(undefined);
  expect((await values).at(-1)).toMatchObject({ type: 'finished', mirrored: 5, failed: 0 });
  expect(partsSent()).toBe(25);
});
