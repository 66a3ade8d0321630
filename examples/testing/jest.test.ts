/** One's own code, tested with Jest against a simulated vCenter. */

import { afterEach, expect, jest, test } from '@jest/globals';
import { lastValueFrom } from 'rxjs';
import { PreparationError } from 'rx-content-library';
import { readiness, templateNames } from './templates.ts';
import { connect, simulator } from './vcenter.ts';

// #region tests
afterEach(() => simulator.reset());

test('the names of the templates are shown', async () => {
  expect(await lastValueFrom(templateNames(connect(), 'library-1'))).toEqual(['debian-12', 'ubuntu-24.04']);
  expect(simulator.count('content.library.Item.get')).toBe(2);
});

test('what vCenter says of a failure is kept', async () => {
  const failing = lastValueFrom(readiness(connect(), 'item-2', 'ubuntu.iso'));
  await expect(failing).rejects.toBeInstanceOf(PreparationError);
});
// #endregion

// #region time
test('a preparation of ten minutes takes no time', async () => {
  jest.useFakeTimers();
  try {
    simulator.reset();
    const shown: string[] = [];
    readiness(connect(), 'item-1', 'debian.iso').subscribe((status) => shown.push(status));
    await jest.advanceTimersByTimeAsync(5 * 60_000);
    expect(shown).toEqual(['PREPARE_REQUESTED', 'PREPARING']);
    await jest.advanceTimersByTimeAsync(6 * 60_000);
    expect(shown.at(-1)).toBe('PREPARED');
    expect(simulator.sessions).toEqual([]);
  } finally {
    jest.useRealTimers();
  }
});
// #endregion
