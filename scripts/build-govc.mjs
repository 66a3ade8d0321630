/**
 * Builds `govc` for tests, benchmarks and the comparison in docs, into `node_modules/.cache/govc`: once, about a minute.
 *
 * Debian's package of govmomi leaves `govc` out; its source package has it. Needs apt-get with Debian's archive, and the packages golang-go,
 * golang-github-vmware-govmomi-dev and golang-github-kr-pretty-dev. The machine's list of sources stays as it is.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const govc = join(import.meta.dirname, '../node_modules/.cache/govc/govc');
const source = 'golang-github-vmware-govmomi';

/** The archive that the package of the libraries comes from, as a line of a list of sources. */
const sourceLine = () => {
  const policy = execFileSync('apt-cache', ['policy', `${source}-dev`], { encoding: 'utf8' });
  // Such as "500 http://deb.debian.org/debian bookworm/main amd64 Packages".
  const [, uri, suite, component] = /^ +\d+ (\S+) ([^/\s]+)\/(\S+) \S+ Packages$/m.exec(policy) ?? [];
  if (uri === undefined) throw new Error(`apt-get knows no archive of ${source}-dev: run apt-get update.`);
  return `deb-src ${uri} ${suite} ${component}\n`;
};

const build = (folder) => {
  writeFileSync(join(folder, 'sources.list'), sourceLine());
  mkdirSync(join(folder, 'lists/partial'), { recursive: true });
  const settings = { 'Etc::SourceList': 'sources.list', 'Etc::SourceParts': 'none', 'State::Lists': 'lists' };
  const options = Object.entries(settings).flatMap(([name, file]) => ['-o', `Dir::${name}=${join(folder, file)}`]);
  const run = (program, args, env = {}) =>
    execFileSync(program, args, { cwd: folder, env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', 'inherit'] });
  run('apt-get', [...options, 'update', '-q']);
  run('apt-get', [...options, 'source', '-q', '--download-only', source]);
  const archive = readdirSync(folder).find((name) => name.includes('.orig.tar.')) ?? 'no archive';
  const target = join(folder, 'go/src/github.com/vmware/govmomi');
  mkdirSync(target, { recursive: true });
  run('tar', ['xf', archive, '--strip-components=1', '-C', target]);
  const built = join(folder, 'govc');
  run('go', ['build', '-o', built, join(target, 'govc')], {
    GO111MODULE: 'off',
    GOPATH: `${join(folder, 'go')}:/usr/share/gocode`,
  });
  mkdirSync(dirname(govc), { recursive: true });
  run('cp', [built, `${govc}.new`]);
  renameSync(`${govc}.new`, govc);
};

if (!existsSync(govc)) {
  const folder = mkdtempSync(join(tmpdir(), 'govc-'));
  try {
    build(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
console.log(`ok   govc  ${execFileSync(govc, ['version'], { encoding: 'utf8' }).trim()}`);
