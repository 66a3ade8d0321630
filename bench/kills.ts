/**
 * Kills exports of the published command with `kill -9`. A round is five kills and one export that runs to its end, which must leave
 * complete files.
 */

import { spawn } from 'node:child_process';
import { killExports } from './kills/kill-exports.ts';
import { bench } from './support/bench.ts';
import { command } from './support/program.ts';
import { atLeast, atMost, table } from './support/report.ts';

const KILLS_PER_ROUND = 5;

const mebibytes = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(0)} MiB`;

export default bench({
  title: 'Exports that are killed at random moments',
  details: `A round: ${KILLS_PER_ROUND} kills, then one export that runs to its end.`,
  rounds: 40,
  setUp: (_, rounds) => ({ kills: rounds * KILLS_PER_ROUND }),
  cases: ({ kills }) => ({
    exports: {
      label: 'exports',
      rounds: 1,
      run: async () => ({
        requiredKills: kills,
        ...(await killExports({
          start: (args, env) => spawn(process.execPath, [command, ...args], { env: { ...process.env, ...env }, stdio: 'ignore' }),
          kills,
          killsPerExport: KILLS_PER_ROUND,
          delay: [250, 1000],
        })),
      }),
    },
  }),
  report: (_, { exports }) => [
    table(
      'bytes',
      exports.map((counts) => ({ label: 'all files', ...counts })),
      {
        needed: ({ neededBytes }) => mebibytes(neededBytes),
        received: ({ receivedBytes }) => mebibytes(receivedBytes),
        'received more than once': ({ neededBytes, receivedBytes }) =>
          `${((100 * (receivedBytes - neededBytes)) / neededBytes).toFixed(1)} %`,
      },
    ),
  ],
  limits: ({ exports }) =>
    exports.flatMap(({ kills, requiredKills, corruptFiles, completeExports, finalExports }) => [
      atLeast('killed exports', kills, requiredKills),
      atMost('corrupt files under a final name', corruptFiles, 0),
      atLeast('exports that ran to their end and left complete files', completeExports, finalExports),
    ]),
});
