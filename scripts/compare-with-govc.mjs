/**
 * Runs the same exports by `govc` and by this command, against simulated vCenters with the same faults, and compares what each prints, leaves
 * behind and costs. `--update` writes the results into docs/17-govc.md. Needs `npm run build` and `scripts/build-govc.mjs`.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { clearInterval, clearTimeout, setInterval, setTimeout } from 'node:timers';
import { URL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { createSelfSignedCertificate, nodeHash, serve } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { sha256 } from '../test/end-to-end/disk.ts';
import { servedBytes } from '../test/end-to-end/served-bytes.ts';
import { findGovc } from '../test/support/govc.ts';

const root = join(import.meta.dirname, '..');
const page = join(root, 'docs/17-govc.md');
const markers = ['<!-- runs: written by `node scripts/compare-with-govc.mjs --update` -->', '<!-- end of runs -->'];
const govc = findGovc();
const command = join(root, 'dist/command/main.js');
if (govc === undefined) throw new Error('govc is missing: run node scripts/build-govc.mjs first.');

const user = { username: 'administrator@vsphere.local', password: 'secret' };
const disk = { name: 'disk.vmdk', size: 20_000_000 };
const inventory = {
  libraries: [
    {
      name: 'templates',
      items: [{ name: 'debian-12', type: 'ovf', files: [{ name: 'debian-12.ovf', content: '<Envelope/>' }, disk] }],
    },
  ],
};
const half = disk.size / 2;
const onDisk = (fault) => ({ operation: 'data', file: disk.name, times: 1, ...fault });

/** What is run: `again` repeats the export; `signal` is sent when half of the disk was sent. */
const situations = [
  { title: 'Nothing goes wrong' },
  { title: 'The same export again', again: true },
  {
    title: 'A proxy loses its upstream server in the middle of the disk, and ends the response regularly',
    scenario: { faults: [onDisk({ kind: 'truncate', shape: 'chunked-complete', at: half })] },
  },
  {
    title: 'The connection is reset in the middle of the disk',
    scenario: { faults: [onDisk({ kind: 'truncate', shape: 'length-reset', at: half })] },
  },
  { title: 'One byte of the disk is changed on the way', scenario: { faults: [onDisk({ kind: 'corrupt', at: half })] } },
  {
    title: 'The download session is lost in the middle of the disk',
    scenario: { faults: [onDisk({ kind: 'session-lost', at: half })] },
  },
  {
    title: 'The server cannot prepare the disk',
    scenario: {
      files: {
        [disk.name]: {
          outcome: 'ERROR',
          message: { id: 'datastore.inaccessible', default_message: 'The datastore is inaccessible.', args: [] },
        },
      },
    },
  },
  {
    title: 'The server refuses the request for the disk once, because it is busy',
    scenario: { faults: [onDisk({ kind: 'refusal', errorType: 'SERVICE_UNAVAILABLE' })] },
  },
  { title: 'Ctrl-C in the middle of the disk', scenario: { data: { bytesPerSecond: 10e6 } }, signal: 'SIGINT' },
];

const programs = {
  govc: {
    title: '`govc library.export`',
    run: ({ url, folder, hosts }) => [
      govc,
      ['library.export', 'templates/debian-12', folder],
      {
        GOVC_URL: url,
        GOVC_USERNAME: user.username,
        GOVC_PASSWORD: user.password,
        GOVC_TLS_KNOWN_HOSTS: hosts,
        GOVC_PERSIST_SESSION: 'false',
      },
    ],
  },
  ours: {
    title: '`content-library export`',
    run: ({ url, folder, thumbprint }) => [
      process.execPath,
      [command, 'export', 'templates/debian-12', folder, '--thumbprint', thumbprint],
      { VCENTER_URL: url, VCENTER_USERNAME: user.username, VCENTER_PASSWORD: user.password },
    ],
  },
};

const describeFile = async (folder, name, expected) => {
  const bytes = readFileSync(join(folder, name));
  if (name !== disk.name) return `\`${name}\``;
  if (bytes.length < disk.size) return `\`${name}\`, **only ${(bytes.length / 1e6).toFixed(1)} of ${disk.size / 1e6} MB**`;
  const isRight = (await sha256([bytes])) === expected;
  return `\`${name}\`, ${isRight ? 'the right bytes' : '**wrong bytes**'}`;
};

/** Without the codes of the terminal, and without times, which differ from run to run. */
const readable = (printed) =>
  printed
    .replaceAll('\u001b[K', '')
    .replaceAll(/^\[\d\d-\d\d-\d\d [\d:]+\] /gm, '')
    .replaceAll(/^.*\r(?=.)/gm, '')
    .replaceAll('\r', '')
    .replaceAll(`${govc}: `, 'govc: ')
    .trimEnd();

const runProgram = async ({ run }, { again, signal, scenario }, expected) => {
  const folder = mkdtempSync(join(tmpdir(), 'export-'));
  const tls = createSelfSignedCertificate();
  const simulator = createSimulator({
    createHash: nodeHash,
    users: [user],
    inventory,
    certificate: { thumbprint: tls.thumbprint },
    scenario: { preparation: { requested: 0, preparing: 300 }, ...scenario },
  });
  const server = await serve(simulator.fetch, { tls });
  const hosts = join(folder, '.known-hosts');
  writeFileSync(hosts, `${new URL(server.url).host} ${tls.thumbprint}\n`);
  const start = async () => {
    const [program, args, env] = run({ url: server.url, folder, hosts, thumbprint: tls.thumbprint });
    const child = spawn(program, args, {
      env: { PATH: process.env.PATH, HOME: folder, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended = new Promise((resolve) => child.once('close', (code, by) => resolve(code ?? by)));
    // A program that never ends is ended, and shown so.
    const limit = setTimeout(() => child.kill('SIGKILL'), 20_000);
    let isSignalled = false;
    const poll = setInterval(() => {
      if (signal === undefined || isSignalled || simulator.bytesServed <= half) return;
      isSignalled = true;
      child.kill(signal);
    }, 20);
    const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    clearTimeout(limit);
    clearInterval(poll);
    return { code, stdout, stderr };
  };
  if (again) await start();
  const before = { requests: simulator.requests.length, bytes: simulator.bytesServed };
  const { code, stdout, stderr } = await start();
  const names = readdirSync(folder).filter((name) => name !== '.known-hosts' && name !== '.govmomi');
  const result = {
    'exit code': String(code),
    prints: readable(
      `${stdout}${stderr}`.replaceAll(`${folder}/`, '').replaceAll(new URL(server.url).host, 'vcenter.example.com'),
    ),
    'the directory has': (await Promise.all(names.map((name) => describeFile(folder, name, expected)))).join('<br>') || 'nothing',
    'sessions left on the server': `${simulator.sessions.length} download, ${simulator.apiSessions + simulator.soapSessions} of the login`,
    requests: String(simulator.requests.length - before.requests),
    'bytes of files': `${((simulator.bytesServed - before.bytes) / 1e6).toFixed(1)} MB`,
  };
  await server.close();
  rmSync(folder, { recursive: true });
  return result;
};

// The disk as a server without faults sends it.
const expected = await sha256(servedBytes(createSimulator({ inventory, users: [user] }), user, 'debian-12', disk.name));
const sections = [];
for (const [index, situation] of situations.entries()) {
  const results = [];
  for (const program of Object.values(programs)) results.push(await runProgram(program, situation, expected));
  const rows = Object.keys(results[0]).filter((name) => name !== 'prints');
  sections.push(
    `### ${index + 1}. ${situation.title}`,
    [
      `| | ${Object.values(programs)
        .map(({ title }) => title)
        .join(' | ')} |`,
      '| --- | --- | --- |',
      ...rows.map((row) => `| ${row} | ${results.map((result) => result[row]).join(' | ')} |`),
    ].join('\n'),
    ...Object.values(programs).map(({ title }, number) => {
      const { prints } = results[number];
      return prints === '' ? `${title} prints nothing.` : `${title} prints:\n\n\`\`\`text\n${prints}\n\`\`\``;
    }),
  );
}
const content = sections.join('\n\n');
if (process.argv.includes('--update')) {
  const [begin, end] = markers;
  const old = readFileSync(page, 'utf8');
  const updated = `${old.slice(0, old.indexOf(begin))}${begin}\n\n${content}\n\n${old.slice(old.indexOf(end))}`;
  writeFileSync(page, await format(updated, { ...(await resolveConfig(page)), filepath: page }));
} else console.log(content);
