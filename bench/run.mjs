/** Runs one bench: `npm run bench -- NAME [--rounds N]`. Without a name it lists them. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** What each bench measures, whether `npm run build` must run first, Node flags in addition to `commonFlags`, and its script. */
const benches = {
  polling: { about: 'wall time and requests of waiting for preparations, compared with other tools, in virtual time' },
  'status-read': { about: 'CPU time of one status read, compared with fetch().json()' },
  decode: { about: 'CPU time of decoding 10,000 files, compared with JSON.parse' },
  watching: { about: 'CPU time and heap of 1000 watched sessions', nodeFlags: ['--expose-gc'] },
  simulator: { about: 'throughput of the simulator, compared with a plain Node server' },
  kills: { about: 'corrupt and incomplete files after 200 kills of an export', needsBuild: true },
  memory: { about: 'peak memory of downloads of 1 and 10 GiB; needs 11 GB of disk', needsBuild: true },
  far: { about: 'wall time and requests of downloads from a server 40 ms away, compared with curl and aria2c', needsBuild: true },
  size: { about: 'size of the bundle for browsers, with its limits', needsBuild: true, script: 'scripts/size.mjs' },
  'transfer-tls': { about: 'CPU time and memory of 1 GiB over TLS, compared with curl and openssl', needsBuild: true },
};
const commonFlags = ['--conditions=rx-content-library-source', '--disable-warning=ExperimentalWarning'];

const root = join(import.meta.dirname, '..');
const usage = [
  'Usage: npm run bench -- NAME [--rounds N]',
  '',
  ...Object.entries(benches).map(([name, { about }]) => `  ${name.padEnd(14)}${about}`),
].join('\n');

const fail = (message) => {
  console.error(message);
  process.exit(1);
};

const run = (program, args, options = {}) => {
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit', ...options });
  if (error !== undefined) fail(`${program}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
};

const parse = () => {
  try {
    return parseArgs({ allowPositionals: true, options: { rounds: { type: 'string' } } });
  } catch (error) {
    return fail(`${error.message}\n\n${usage}`);
  }
};
const {
  values: { rounds },
  positionals: [name, ...rest],
} = parse();

if (name === undefined) {
  console.log(usage);
  process.exit();
}
if (!Object.hasOwn(benches, name)) fail(`Unknown bench "${name}".\n\n${usage}`);
if (rest.length > 0) fail(`Unexpected argument "${rest[0]}".\n\n${usage}`);
if (rounds !== undefined && !/^[1-9]\d*$/.test(rounds)) fail(`Invalid --rounds "${rounds}": expected a positive integer.`);

const { needsBuild = false, nodeFlags = [], script = 'bench/support/main.ts' } = benches[name];
if (needsBuild) run('npm', ['run', '--silent', 'build'], { shell: process.platform === 'win32' });
run(process.execPath, [...commonFlags, ...nodeFlags, script, name, ...(rounds === undefined ? [] : [rounds])]);
