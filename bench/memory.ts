/**
 * Peak memory of downloads of 1 GiB and of 10 GiB: the published command, and `download` over the platform's `fetch`, compared with an
 * idle process. It takes some minutes, and 11 GB of disk for temporary files.
 */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bench } from './support/bench.ts';
import { command, createTemporaryFolder, downloadProgramArgs, measureProgram, requirePrograms } from './support/program.ts';
import { atMost, table } from './support/report.ts';
import { commandEnv, startSimulator, user } from './support/server.ts';
import { median, spread } from './support/statistics.ts';

const GIBIBYTE = 1024 ** 3;
const FILE_NAME = 'disk.vmdk';
/** A download of 10 GiB reaches its peak in fewer rounds than a shorter one. */
const ROUNDS_OF_10_GIB = 2;

/** MiB more than an idle process. */
const MAX_MEMORY = 128;
/**
 * MiB that 10 GiB may take more than 1 GiB. Buffers vary by some twenty, and a longer download has more moments to reach its peak;
 * anything retained for each chunk would add far more.
 */
const MAX_GROWTH = 24;

export default bench({
  title: 'Peak memory of downloads of 1 GiB and 10 GiB',
  details: `10 GiB: at most ${ROUNDS_OF_10_GIB} rounds.`,
  rounds: 3,
  order: 'sequential',
  setUp: async (onTearDown) => {
    requirePrograms('/usr/bin/time');
    const folder = await createTemporaryFolder(onTearDown, 'disk');
    const { address } = await startSimulator(onTearDown, {
      items: [1, 10].map((size) => ({
        id: `item-${size}`,
        name: `${size}`,
        files: [{ name: FILE_NAME, size: size * GIBIBYTE }],
      })),
    });
    return { url: address.url, folder };
  },
  beforeEach: ({ folder }) => rm(join(folder, FILE_NAME), { force: true }),
  cases: ({ url, folder }) => {
    const peakOf = async (args: readonly string[], env?: NodeJS.ProcessEnv): Promise<number> =>
      (await measureProgram(process.execPath, args, env)).memory;
    const runCommand = (size: number) => peakOf([command, 'export', `bench/${size}`, folder, '--force'], commandEnv(url));
    const runDownload = (size: number) =>
      peakOf(downloadProgramArgs({ server: url, itemId: `item-${size}`, folder, credentials: user, force: true }));
    return {
      idle: { label: 'idle process: content-library --version', run: () => peakOf([command, '--version']) },
      command1: { label: 'content-library export, 1 GiB', run: () => runCommand(1) },
      command10: { label: 'content-library export, 10 GiB', run: () => runCommand(10), rounds: ROUNDS_OF_10_GIB },
      download1: { label: 'download() over fetch, 1 GiB', run: () => runDownload(1) },
      download10: { label: 'download() over fetch, 10 GiB', run: () => runDownload(10), rounds: ROUNDS_OF_10_GIB },
    };
  },
  report: (rows) => [
    table('process', rows, { 'peak resident memory MiB, median (min..max)': ({ samples }) => spread(samples, 0) }),
  ],
  limits: ({ idle, command1, command10, download1, download10 }) => {
    const overIdle = (samples: readonly number[]): number => median(samples) - median(idle);
    return [
      atMost('content-library export, 1 GiB, MiB over the idle process', overIdle(command1), MAX_MEMORY),
      atMost('content-library export, 10 GiB, MiB over the idle process', overIdle(command10), MAX_MEMORY),
      atMost('content-library export, 10 GiB, MiB over 1 GiB', median(command10) - median(command1), MAX_GROWTH),
      atMost('download() over fetch, 1 GiB, MiB over the idle process', overIdle(download1), MAX_MEMORY),
      atMost('download() over fetch, 10 GiB, MiB over the idle process', overIdle(download10), MAX_MEMORY),
      atMost('download() over fetch, 10 GiB, MiB over 1 GiB', median(download10) - median(download1), MAX_GROWTH),
    ];
  },
});
