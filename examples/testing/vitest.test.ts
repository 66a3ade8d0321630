/** One's own code, tested with Vitest against a simulated vCenter. */

import { lastValueFrom } from 'rxjs';
import { afterEach, expect, test, vi } from 'vitest';
import { attempt } from 'rx-content-library';
import { readiness, templateNames } from './templates.ts';
import { connect, simulator } from './vcenter.ts';

// #region tests
afterEach(() => {
  simulator.reset();
  vi.useRealTimers();
});

test('the names of the templates are shown', async () => {
  const names = templateNames(connect(), 'library-1');
  await expect(lastValueFrom(names)).resolves.toEqual(['debian-12', 'ubuntu-24.04']);
});

test('a failure is a value for those who want one', async () => {
  const outcome = await lastValueFrom(readiness(connect(), 'item-2', 'ubuntu.iso').pipe(attempt()));
  expect(outcome).toMatchObject({ _tag: 'Left', left: { _tag: 'PreparationError', file: 'ubuntu.iso' } });
});

test('who leaves in the middle leaves nothing behind', async () => {
  vi.useFakeTimers();
  simulator.reset();
  const watching = readiness(connect(), 'item-1', 'debian.iso').subscribe();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(simulator.sessions).toMatchObject([{ itemName: 'debian-12', files: [{ status: 'PREPARING' }] }]);
  watching.unsubscribe();
  const asked = simulator.count('*');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(simulator.count('*')).toBe(asked);
});
// #endregion
