/** A download whose files are all in the sink already. */

import { describe, expect, test } from '@jest/globals';
import { download, type DownloadOptions, type Sink } from 'rx-content-library';
import { toDirectory } from 'rx-content-library/node';
import type { Scenario } from 'rx-content-library/simulator';
import { temporaryDirectory } from '../node/temporary.ts';
import { collect } from '../support/collect.ts';
import { preparedAtOnce, simulatedVCenter } from '../support/simulated-vcenter.ts';

const CREATE = 'content.library.item.DownloadSession.create';
const names = ['ubuntu.ovf', 'ubuntu disk #1.vmdk', 'ubuntu.nvram'];

/** Downloads the item of the simulator to a sink, from a server that was just started. */
const run = async (sink: Sink, options: DownloadOptions = {}, scenario: Scenario = {}) => {
  const { simulator, vc } = simulatedVCenter('auto', { scenario: { preparation: preparedAtOnce, ...scenario } });
  const { values, error } = await collect(download(vc, 'item-1', sink, options));
  if (error !== undefined) throw error as Error;
  return { simulator, values };
};

describe('the second download to a directory', () => {
  test('creates no session, moves no byte, and emits every file as saved', async () => {
    const directory = await temporaryDirectory();
    await run(toDirectory(directory));
    const { simulator, values } = await run(toDirectory(directory));
    expect(simulator.count(CREATE)).toBe(0);
    expect(simulator.bytesServed).toBe(0);
    expect(values[0]).toMatchObject({ type: 'opened', strategy: 'none', itemId: 'item-1', contentVersion: '' });
    expect(values.slice(1, -1)).toMatchObject(
      names.map((file) => ({ type: 'saved', file, skipped: true, verified: 'checksum' })),
    );
    expect(values.at(-1)).toMatchObject({ type: 'closed', files: 3, failed: 0, bytes: 300_016 });
  });

  test('creates none for selected files that are there, and with continueOnError', async () => {
    const directory = await temporaryDirectory();
    await run(toDirectory(directory), { files: ['ubuntu.ovf'] });
    for (const options of [{ files: ['ubuntu.ovf'] }, { files: ['ubuntu.ovf'], continueOnError: true }])
      expect((await run(toDirectory(directory), options)).simulator.count(CREATE)).toBe(0);
  });

  test('creates one if a file is missing, or has no checksum in the list of the library', async () => {
    const directory = await temporaryDirectory();
    await run(toDirectory(directory), { files: ['ubuntu.ovf'] });
    expect((await run(toDirectory(directory))).simulator.count(CREATE)).toBe(1);
    const force = { checksums: 'none' } as const;
    expect((await run(toDirectory(directory, { force: true }), {}, force)).simulator.count(CREATE)).toBe(1);
  });

  test('creates one if a name is selected that the library does not list: its error is the same as ever', async () => {
    const directory = await temporaryDirectory();
    await run(toDirectory(directory));
    await expect(run(toDirectory(directory), { files: ['ubuntu.ovf', 'missing.iso'] })).rejects.toMatchObject({
      _tag: 'ApiError',
    });
  });
});
