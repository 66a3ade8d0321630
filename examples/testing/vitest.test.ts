/** Tests application code with Vitest against a simulated vCenter. */

import { attempt } from 'rx-content-library';
import { lastValueFrom } from 'rxjs';
import { afterEach, expect, test, vi } from 'vitest';
import { readiness, templateNames } from './templates.ts';
import { connect, simulator } from './vcenter.ts';

// #region tests
afterEach(() => {
  simulator.reset();
  vi.useRealTimers();
});

test('emits the names of the templates', async () => {
  const names = templateNames(connect(), 'library-1');
  await expect(lastValueFrom(names)).resolves.toEqual(['debian-12', 'ubuntu-24.04']);
});

test('attempt() emits a failed preparation as a Left', async () => {
  const outcome = await lastValueFrom(readiness(connect(), 'item-2', 'ubuntu.iso').pipe(attempt()));
  expect(outcome).toMatchObject({ _tag: 'Left', left: { _tag: 'PreparationError', file: 'ubuntu.iso' } });
});

test('unsubscribing stops the polls', async () => {
  vi.useFakeTimers();
  simulator.reset();
  const subscription = readiness(connect(), 'item-1', 'debian.iso').subscribe();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(simulator.sessions).toMatchObject([{ itemName: 'debian-12', files: [{ status: 'PREPARING' }] }]);
  subscription.unsubscribe();
  const requests = simulator.count('*');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(simulator.count('*')).toBe(requests);
});
// #endregion
