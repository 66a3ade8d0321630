import { describe, expect, test } from '@jest/globals';
import { download, type DownloadOptions } from 'rx-content-library';
import { asyncScheduler, lastValueFrom } from 'rxjs';
import { collect } from '../support/collect.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { memorySink } from '../support/memory-sink.ts';
import { simulatedVCenter } from '../support/simulated-vcenter.ts';

/** Downloads about 300 kB in three files; returns the virtual milliseconds. */
const timeOf = (options: DownloadOptions): Promise<number> =>
  inFakeTime(async () => {
    const { vc } = simulatedVCenter();
    const sink = memorySink();
    const startedAt = asyncScheduler.now();
    await lastValueFrom(download(vc, 'item-1', sink, options));
    expect(sink.files.get('ubuntu disk #1.vmdk')?.byteLength).toBe(300_000);
    return asyncScheduler.now() - startedAt;
  });

describe('limitRate', () => {
  test('is the average speed of all files, whatever the number of connections', async () => {
    const unlimited = await timeOf({});
    for (const concurrency of [1, 4]) {
      const limited = await timeOf({ limitRate: 10_000, concurrency });
      expect(limited - unlimited).toBeGreaterThan(29_000);
      expect(limited - unlimited).toBeLessThan(32_000);
    }
  });

  test('is no lack of progress: neither the timeout nor the minimum speed ends the download', async () => {
    expect(await timeOf({ limitRate: 1000, timeout: 5000, lowSpeed: { bytesPerSecond: 2000, time: 10_000 } })).toBeGreaterThan(
      290_000,
    );
  });

  test.each([0, 999, -1, NaN, '5' as unknown as number])('%p is refused', async (limitRate) => {
    const { vc, simulator } = simulatedVCenter();
    const { error } = await collect(download(vc, 'item-1', memorySink(), { limitRate }));
    expect(String(error)).toMatch(/^TypeError: limitRate: expected bytes per second, 1000 or more, got /);
    expect(simulator.requests).toEqual([]);
  });
});
