/**
 * `kill -9` at two hundred moments of an export, as it is published; after every five the export is let run to its end. Fails if a file
 * under its final name is ever another one than the server's, or if an export does not finish. `npm run bench:kills`
 */

import { spawn } from 'node:child_process';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { killing } from './kills/killing.ts';

const program = join(import.meta.dirname, '../dist/cli/main.js');

const result = await killing({
  start: (args, env) => spawn(process.execPath, [program, ...args], { env: { ...process.env, ...env }, stdio: 'ignore' }),
  kills: 200,
  each: 5,
  between: [250, 1000],
});

const mebibytes = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(0)} MiB`;
const { kills, wrong, finished, ended, needed, sent } = result;
console.log(
  `Node ${process.version}, ${cpus().length} cores of ${cpus()[0]?.model ?? 'an unknown kind'}, ${process.platform} ${release()}\n`,
);
console.log('| what | found | must be |\n|---|---|---|');
console.log(`| exports that were killed | ${kills} | 200 |`);
console.log(`| files under their final name that were not right | ${wrong} | 0 |`);
console.log(`| exports let run to their end that finished | ${finished} | ${ended} |`);
console.log(`| bytes needed | ${mebibytes(needed)} | |`);
console.log(`| bytes that came | ${mebibytes(sent)} (${((100 * (sent - needed)) / needed).toFixed(1)} % twice) | |`);
if (wrong > 0 || finished < ended || kills < 200) process.exitCode = 1;
