import { expect, test } from '@jest/globals';
import { download } from 'rx-content-library';
import type { Scenario } from 'rx-content-library/simulator';
import { collect } from '../support/collect.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { memorySink } from '../support/memory-sink.ts';
import { simulatedVCenter } from '../support/simulated-vcenter.ts';

const HOUR = 3_600_000;

/** Resolves with the error of a download that waits 5 s. */
const stalled = (scenario: Scenario, files?: readonly string[]) =>
  inFakeTime(async () => {
    const { vc } = simulatedVCenter('api', { scenario });
    const options = { timeout: 5000, ...(files === undefined ? {} : { files }) };
    return (await collect(download(vc, 'item-1', memorySink(), options))).error;
  });

test.each([
  ['PREPARING', { requested: 0, preparing: HOUR, bytesMove: false }],
  ['PREPARE_REQUESTED', { requested: HOUR, preparing: 0 }],
] as const)('a preparation that stays %s names that status, not missing data', async (status, preparation) => {
  expect(await stalled({ preparation }, ['ubuntu.ovf'])).toMatchObject({
    _tag: 'TimeoutError',
    timeout: 5000,
    unchanged: [{ file: 'ubuntu.ovf', status }],
    message: `preparation of 1 file: no change for 5 s: "ubuntu.ovf" is still ${status}. Check the item in the vSphere Client, or allow more time.`,
  });
});

test('only the files that are not prepared are named', async () => {
  const preparation = { requested: 0, preparing: 0 };
  const error = await stalled({ preparation, files: { 'ubuntu.nvram': { requested: 0, preparing: HOUR, bytesMove: false } } });
  expect(error).toMatchObject({ unchanged: [{ file: 'ubuntu.nvram', status: 'PREPARING' }] });
  expect(String(error)).not.toContain('ubuntu.ovf');
});

test('a server that does not respond is reported as before', async () => {
  const faults = [{ operation: 'content.library.item.downloadsession.File.prepare', kind: 'hang' }] as const;
  const error = await stalled({ faults });
  expect(error).toMatchObject({ _tag: 'TimeoutError', unchanged: [] });
  expect(String(error)).toMatch(/no data from vcenter\.example\.com:443 for 5 s/);
});
