/**
 * Measures how the bundled command starts, against the start of Node itself: CPU time and number of loaded modules. Fails above a limit.
 *
 * CPU time is that of the process and its threads, the median of several runs that take turns. A limit is a multiple of Node's own start, so
 * that it is the same on every machine: 2.5 is 60 ms where Node takes 40 ms, and 4.75 is 150 ms.
 */

import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { serve } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';

const root = join(import.meta.dirname, '..');
const command = join(root, 'dist/command/main.js');
const rounds = 9;

const rows = [
  { name: 'node -e 0', args: ['-e', '0'], maxRatio: 1, maxModules: 0 },
  { name: '--version', args: [command, '--version'], maxRatio: 2.5, maxModules: 6 },
  { name: '--help', args: [command, '--help'], maxRatio: 2.5, maxModules: 6 },
  { name: 'ls', args: [command, 'ls', '--json'], maxRatio: 4.75, maxModules: 16 },
];

const user = { username: 'administrator@vsphere.local', password: 'secret' };
const simulator = createSimulator({
  users: [user],
  inventory: {
    libraries: [{ name: 'templates', items: [{ name: 'ubuntu', files: [{ name: 'ubuntu.ovf', content: '<Envelope/>' }] }] }],
  },
});
const server = await serve(simulator.fetch);
const env = {
  PATH: process.env.PATH,
  XDG_CONFIG_HOME: '/nonexistent',
  VCENTER_URL: server.url,
  VCENTER_USERNAME: user.username,
  VCENTER_PASSWORD: user.password,
};

const run = async ({ name, args }) => {
  const child = spawn(process.execPath, ['--import', join(import.meta.dirname, 'startup-hooks.mjs'), ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const [output, errors, report] = await Promise.all([child.stdout, child.stderr, child.stdio[3]].map(text));
  if (errors !== '' || (name === 'ls' && !output.includes('templates'))) throw new Error(`${name} failed: ${errors}${output}`);
  return JSON.parse(report);
};

const results = rows.map(() => []);
for (let round = 0; round < rounds; round += 1) for (const [index, row] of rows.entries()) results[index].push(await run(row));
await server.close();

const median = (values) => values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)];
const base = median(results[0].map(({ milliseconds }) => milliseconds));

for (const [index, { name, maxRatio, maxModules }] of rows.entries()) {
  const milliseconds = median(results[index].map((result) => result.milliseconds));
  const [{ modules }] = results[index];
  const ratio = milliseconds / base;
  const isTooMuch = index > 0 && (ratio > maxRatio || modules > maxModules);
  if (isTooMuch) process.exitCode = 1;
  const limits = index === 0 ? '' : `limits ${maxRatio.toFixed(2)}, ${maxModules} modules`;
  console.log(
    `${name.padEnd(10)} ${milliseconds.toFixed(0).padStart(5)} ms CPU ${ratio.toFixed(2).padStart(6)} ${String(modules).padStart(4)} modules   ${limits}${isTooMuch ? '   TOO MUCH' : ''}`.trimEnd(),
  );
}
