/** Tests application code with Jest against a simulated vCenter. */

import { afterEach, expect, jest, test } from '@jest/globals';
import { PreparationError } from 'rx-content-library';
import { lastValueFrom } from 'rxjs';
import { readiness, templateNames } from './templates.ts';
import { connect, simulator } from './vcenter.ts';

// #region tests
afterEach(() => simulator.reset());

test('emits the names of the templates', async () => {
  expect(await lastValueFrom(templateNames(connect(), 'library-1'))).toEqual(['debian-12', 'ubuntu-24.04']);
  expect(simulator.count('content.library.Item.get')).toBe(2);
});

test('errors with PreparationError when the preparation fails', async () => {
  const failing = lastValueFrom(readiness(connect(), 'item-2', 'ubuntu.iso'));
  await expect(failing).rejects.toBeInstanceOf(PreparationError);
});
// #endregion

// #region time
test('emits each status of a ten-minute preparation', async () => {
  jest.useFakeTimers();
  try {
    simulator.reset();
    const statuses: string[] = [];
    readiness(connect(), 'item-1', 'debian.iso').subscribe((status) => statuses.push(status));
    await jest.advanceTimersByTimeAsync(5 * 60_000);
    expect(statuses).toEqual(['PREPARE_REQUESTED', 'PREPARING']);
    await jest.advanceTimersByTimeAsync(6 * 60_000);
    expect(statuses.at(-1)).toBe('PREPARED');
    expect(simulator.sessions).toEqual([]);
  } finally {
    jest.useRealTimers();
  }
});
// #endregion
