import { afterEach, expect, jest, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defer } from 'rxjs';
import { nodeHash } from 'rx-content-library/node';
import { createSimulator, type Fault } from 'rx-content-library/simulator';
import { exportItem, type ExportFlags } from '#src/cli/export.js';
import { ls } from '#src/cli/ls.js';
import { run } from '#src/cli/run.js';
import { served } from '../node/servers.ts';
import { temporaryDirectory } from '../node/temporary.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { transientCorruptions, leakyServer, type LeakyServerOptions } from '../support/leaky-server.ts';
import { command } from './command.ts';
import { preparedAtOnce, inventory, password, username } from './served-simulator.ts';

/** Each has a seed of its own, and can be had again by it. */
const runs = 450;

const user = { username, password };

/** What breaks files off, so that the command has something to say of them and leaves sidecars; the rest is the telltale's. */
const faults: readonly Fault[] = [
  { kind: 'session-lost', operation: 'data', at: 100_000, chance: 0.1 },
  { kind: 'truncate', operation: 'data', shape: 'length-reset', at: 150_000, chance: 0.3 },
  { kind: 'corrupt', operation: 'data', at: 1000, chance: 0.1 },
];

const told = (seed: number, options: Partial<LeakyServerOptions> = {}) => {
  const draw = seededRandom(seed);
  const simulator = createSimulator({
    inventory,
    users: [user],
    createHash: nodeHash,
    seed,
    scenario: { preparation: preparedAtOnce, faults },
  });
  return leakyServer({ handler: simulator.fetch, user, draw, probability: 0.02 + draw() * 0.3, ...options });
};

/** The names in a directory, and what stands in the sidecars. */
const standsIn = (directory: string): string =>
  readdirSync(directory)
    .map((name) => (name.endsWith('.json') ? `${name}\n${readFileSync(join(directory, name), 'utf8')}` : name))
    .join('\n');

const flags = { concurrency: 2, force: true, requireProof: false, timeout: 120 } satisfies Partial<ExportFlags>;

/** What the command does, and how it shows it. */
const ways = ['--json', 'lines', 'a terminal', 'ls', 'ls --json'] as const;

afterEach(() => void jest.restoreAllMocks());

/** In this process: what it prints is kept, and nothing is left of it. */
const printed = async (job: () => Promise<number>, isTerminal: boolean): Promise<{ text: string; code: number }> => {
  let text = '';
  const keep = (piece: unknown): boolean => {
    text += String(piece);
    return true;
  };
  const streams = [process.stdout, process.stderr];
  const spies = streams.map((stream) => jest.spyOn(stream, 'write').mockImplementation(keep));
  const before = {
    isTTY: process.stderr.isTTY,
    listeners: new Set([...process.listeners('SIGINT'), ...process.listeners('SIGTERM')]),
  };
  process.stderr.isTTY = isTerminal;
  try {
    return { code: await job(), text };
  } finally {
    for (const spy of spies) spy.mockRestore();
    process.stderr.isTTY = before.isTTY;
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      for (const listener of process.listeners(signal)) if (!before.listeners.has(listener)) process.off(signal, listener);
  }
};

test(`${runs} commands against a server that says back all it was told print no secret, and leave none in a directory`, async () => {
  let spoilt = 0;
  const codes = new Map<number, number>();
  let length = 0;
  for (let seed = 1; seed <= runs; seed += 1) {
    const way = ways[seed % ways.length];
    const server = told(seed);
    const directory = await temporaryDirectory();
    const options = {
      server: 'https://vcenter.example.com',
      credentials: user,
      dialect: seed % 2 === 0 ? 'api' : 'rest',
      fetch: (input: Request | URL | string, init?: RequestInit) => server.fetch(new Request(input, init)),
    } as const;
    const json = way === '--json' || way === 'ls --json';
    const exported: ExportFlags = { ...flags, json, continueOnError: seed % 3 === 0 };
    const { text, code } = await printed(
      () =>
        inFakeTime(() =>
          run(
            async () => options,
            (vc) =>
              defer(() =>
                way === 'ls' || way === 'ls --json'
                  ? ls(vc, 'templates/ubuntu', json)
                  : exportItem(vc, 'templates/ubuntu', directory, exported),
              ),
            { json },
          ),
        ),
      way === 'a terminal',
    );
    const all = `${text}\n${standsIn(directory)}`;
    length += text.length;
    expect([seed, server.secrets().filter((secret) => all.includes(secret))]).toEqual([seed, []]);
    spoilt += [...server.corrupted.values()].reduce((sum, count) => sum + count, 0);
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  // It has happened: hundreds of answers were spoilt, there was much to say, and it ended in many ways.
  expect(spoilt).toBeGreaterThan(500);
  expect(length).toBeGreaterThan(100_000);
  expect([...codes.keys()].sort()).toEqual(expect.arrayContaining([0, 1, 3, 7]));
}, 300_000);

test('the same of the command as a process of its own, over sockets', async () => {
  const seeds = Array.from({ length: 6 }, (_, index) => index + 1);
  const ended = await Promise.all(
    seeds.map(async (seed) => {
      const server = told(seed, { corruptions: transientCorruptions, probability: 0.2 });
      const [{ url }, directory] = await Promise.all([served(server.fetch), temporaryDirectory()]);
      const env = { VCENTER_URL: url, VCENTER_USERNAME: username, VCENTER_PASSWORD: password };
      const args = ['export', 'templates/ubuntu', directory, ...(seed % 2 === 0 ? ['--json'] : [])];
      const { stdout, stderr } = await command(args, { env });
      const all = [stdout, stderr, standsIn(directory)].join('\n');
      expect(stdout + stderr).not.toBe('');
      return { seed, shown: server.secrets().filter((secret) => all.includes(secret)) };
    }),
  );
  for (const { seed, shown } of ended) expect([seed, shown]).toEqual([seed, []]);
}, 300_000);
