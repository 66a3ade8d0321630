/** Packs both packages, installs them in a temporary project outside of the repository, and runs the dashboard there. */

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const exec = promisify(execFile);
const root = join(import.meta.dirname, '..');
const dashboard = join(root, 'dashboard');
const temporary = mkdtempSync(join(tmpdir(), 'dashboard-installed-'));
process.on('exit', () => rmSync(temporary, { recursive: true, force: true }));

/** Milliseconds for one command. */
const TIMEOUT = 300_000;

const run = (program, args, cwd) =>
  exec(program, args, {
    cwd,
    timeout: TIMEOUT,
    shell: process.platform === 'win32',
    env: { ...process.env, NO_COLOR: '1' },
  });
const npm = (args, cwd) => run('npm', args, cwd);

/** The simulator is a vCenter on a port; the dashboard exports an item of it into a directory. */
const program = `import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { startDashboard } from '@rx-content-library/dashboard';
import { serve } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';

const user = { username: 'administrator@vsphere.local', password: 'secret' };
const simulator = createSimulator({ scenario: { preparation: { requested: 0, preparing: 0 } } });
const vcenter = await serve(simulator.fetch);
const dashboard = await startDashboard({ server: vcenter.url, directory: 'exports', log: console.error });
const { origin } = new URL(dashboard.url);
const page = await (await fetch(origin)).text();
const [, script] = /<script src="(main-[^"]+)"/.exec(page);
if (!(await fetch(origin + '/' + script)).ok) throw new Error(page);
const post = (path, body, cookie = '') =>
  fetch(origin + path, { method: 'POST', headers: { origin, cookie }, body: JSON.stringify(body) });
const login = await post('/login', user);
const cookie = login.headers.get('set-cookie').replace(/;.*/, '');
const listed = await fetch(origin + '/vcenter/api/content/library/item?action=find', {
  method: 'POST',
  headers: { origin, cookie, 'content-type': 'application/json' },
  body: JSON.stringify({ name: 'debian-12' }),
});
const [itemId] = await listed.json();
const { id } = await (await post('/exports', { itemId }, cookie)).json();
const events = await fetch(origin + '/exports/events', { headers: { cookie } });
let text = '';
const decoder = new TextDecoder();
for await (const chunk of events.body) {
  text += decoder.decode(chunk, { stream: true });
  if (/"status":"(?:saved|failed)"/.test(text)) break;
}
await dashboard.close();
await vcenter.close();
if (!text.includes('"status":"saved"') || simulator.apiSessions !== 0) throw new Error(text);
console.log('saved', id);
process.exit(0);
`;

const project = join(temporary, 'project');

/** By this version of Node: the one of the shell may be older. */
const runInstalled = (name, args) => run(process.execPath, [join(project, 'node_modules/.bin', name), ...args], project);

/** In order: each step needs those before it. */
const steps = [
  ['build', () => npm(['run', 'build'], root)],
  ['build of the dashboard', () => npm(['run', 'build'], dashboard)],
  [
    'npm pack of both',
    async () => {
      for (const folder of [root, dashboard])
        await npm(['pack', '--ignore-scripts', '--loglevel=error', '--pack-destination', temporary], folder);
    },
  ],
  [
    'npm install',
    async () => {
      mkdirSync(project, { recursive: true });
      writeFileSync(join(project, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
      writeFileSync(join(project, 'main.js'), program);
      const tarballs = readdirSync(temporary)
        .filter((file) => file.endsWith('.tgz'))
        .map((file) => join(temporary, file));
      const flags = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline', '--ignore-scripts'];
      await npm(['install', ...flags, ...tarballs, 'rxjs@7', 'fp-ts@2'], project);
    },
  ],
  ['content-library-dashboard --help', () => runInstalled('content-library-dashboard', ['--help'])],
  ['content-library dashboard --help', () => runInstalled('content-library', ['dashboard', '--help'])],
  ['an export into a directory', () => run(process.execPath, ['main.js'], project)],
];

let passed = 0;
let failed = 0;
for (const [name, step] of steps) {
  const start = performance.now();
  const failure = await step().then(
    () => undefined,
    (error) => error,
  );
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.log(`${failure === undefined ? 'ok  ' : 'FAIL'} ${name.padEnd(36)} ${seconds.padStart(6)} s`);
  if (failure === undefined) {
    passed++;
    continue;
  }
  failed++;
  const output = `${failure.stdout ?? ''}${failure.stderr ?? ''}`.trim() || String(failure);
  console.log(`\n${output.slice(-3000).replaceAll(/^/gm, '     ')}\n`);
  break;
}
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
