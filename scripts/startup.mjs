/**
 * Measures how the bundled command starts, against the start of Node itself: CPU time and number of loaded modules. Fails above a limit.
 *
 * CPU time is that of the process and its threads, the least of several runs that take turns: other work on the machine only adds to it. A
 * limit is the time over Node's own start in milliseconds, on a machine where that start takes 25 ms; on a slower one it is longer accordingly.
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
  { name: 'node -e 0', args: ['-e', '0'], limit: 0, maxModules: 0 },
  { name: '--version', args: [command, '--version'], limit: 60, maxModules: 6 },
  { name: '--help', args: [command, '--help'], limit: 60, maxModules: 6 },
  { name: 'ls', args: [command, 'ls', '--json'], limit: 150, maxModules: 16 },
  // What a shell waits for when Tab is pressed.
  { name: 'complete', args: [command, 'complete', '--', 'export', 'templates/'], limit: 300, maxModules: 20 },
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
  if (errors !== '' || (['ls', 'complete'].includes(name) && !output.includes('ubuntu') && !output.includes('templates')))
    throw new Error(`${name} failed: ${errors}${output}`);
  return JSON.parse(report);
};

const results = rows.map(() => []);
for (let round = 0; round < rounds; round += 1) for (const [index, row] of rows.entries()) results[index].push(await run(row));
await server.close();

const least = (runs) => Math.min(...runs.map(({ milliseconds }) => milliseconds));
const base = least(results[0]);

for (const [index, { name, limit, maxModules }] of rows.entries()) {
  const milliseconds = least(results[index]);
  const [{ modules }] = results[index];
  const over = milliseconds - base;
  const scaledLimit = limit * Math.max(1, base / 25);
  const isTooMuch = index > 0 && (over > scaledLimit || modules > maxModules);
  if (isTooMuch) process.exitCode = 1;
  const limits = index === 0 ? '' : `limits ${scaledLimit.toFixed(0)} ms, ${maxModules} modules`;
  console.log(
    `${name.padEnd(10)} ${milliseconds.toFixed(0).padStart(5)} ms CPU ${over.toFixed(0).padStart(5)} ms over Node ${String(modules).padStart(4)} modules   ${limits}${isTooMuch ? '   TOO MUCH' : ''}`.trimEnd(),
  );
}
