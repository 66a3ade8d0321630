import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import { nodeHash } from 'rx-content-library/node';
import { createSimulator, type Fault } from 'rx-content-library/simulator';
import { defer } from 'rxjs';
import { exportWith, type ExportFlags } from '#src/cli/commands/export.js';
import { lsWith } from '#src/cli/commands/ls.js';
import { run } from '#src/cli/run.js';
import { served } from '../node/servers.ts';
import { temporaryDirectory } from '../node/temporary.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { leakyServer, transientCorruptions, type LeakyServerOptions } from '../support/leaky-server.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { preparedAtOnce } from '../support/simulated-vcenter.ts';
import { scaled } from '../support/soak.ts';
import { command } from './command.ts';
import { inventory, password, username } from './served-simulator.ts';

/** Number of commands; the number of a run is its seed. */
const runs = scaled({ test: 45, soak: 450 });

const user = { username, password };

/** Faults that interrupt files, so that the command reports them and leaves sidecars; the leaky server adds the rest. */
const faults: readonly Fault[] = [
  { kind: 'session-lost', operation: 'data', at: 100_000, chance: 0.1 },
  { kind: 'truncate', operation: 'data', shape: 'length-reset', at: 150_000, chance: 0.3 },
  { kind: 'corrupt', operation: 'data', at: 1000, chance: 0.1 },
];

const createLeakyServer = (seed: number, options: Partial<LeakyServerOptions> = {}) => {
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

/** The names in a directory and the texts of the sidecars. */
const textsIn = (directory: string): string =>
  readdirSync(directory)
    .map((name) => (name.endsWith('.json') ? `${name}\n${readFileSync(join(directory, name), 'utf8')}` : name))
    .join('\n');

const flags = {
  concurrency: 2,
  force: true,
  requireProof: false,
  manifest: false,
  retries: 4,
  dryRun: false,
  progress: 'auto',
  quiet: false,
  timeout: 120,
} satisfies Partial<ExportFlags>;

/** The commands with their kinds of output. */
const variants = ['--json', 'lines', 'a terminal', 'ls', 'ls --json'] as const;

afterEach(() => void jest.restoreAllMocks());

/** Runs a command in this process and returns what it printed; restores the process afterwards. */
const printed = async (job: () => Promise<number>, isTerminal: boolean): Promise<{ text: string; code: number }> => {
  let text = '';
  const append = (chunk: unknown): boolean => {
    text += String(chunk);
    return true;
  };
  const streams = [process.stdout, process.stderr];
  const spies = streams.map((stream) => jest.spyOn(stream, 'write').mockImplementation(append));
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

test(`${runs} commands against a server that leaks every secret print none, and leave none in a directory`, async () => {
  let corrupted = 0;
  const codes = new Map<number, number>();
  let length = 0;
  for (let seed = 1; seed <= runs; seed += 1) {
    const variant = variants[seed % variants.length];
    const server = createLeakyServer(seed);
    const directory = await temporaryDirectory();
    const options = {
      server: 'https://vcenter.example.com',
      credentials: user,
      dialect: seed % 2 === 0 ? 'api' : 'rest',
      fetch: (input: Request | URL | string, init?: RequestInit) => server.fetch(new Request(input, init)),
    } as const;
    const json = variant === '--json' || variant === 'ls --json';
    const exported: ExportFlags = { ...flags, json, continueOnError: seed % 3 === 0 };
    const { text, code } = await printed(
      () =>
        inFakeTime(() =>
          run(
            async () => options,
            (vc, onWarning) =>
              defer(() =>
                variant === 'ls' || variant === 'ls --json'
                  ? lsWith(vc, 'templates/ubuntu', { json })
                  : exportWith(vc, 'templates/ubuntu', directory, exported, onWarning),
              ),
            { json },
          ),
        ),
      variant === 'a terminal',
    );
    const all = `${text}\n${textsIn(directory)}`;
    length += text.length;
    expect([seed, server.secrets().filter((secret) => all.includes(secret))]).toEqual([seed, []]);
    corrupted += [...server.corrupted.values()].reduce((sum, count) => sum + count, 0);
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  // The test did reach its subject: many corrupted responses, much output, and several exit codes.
  expect(corrupted).toBeGreaterThan(runs * 1.2);
  expect(length).toBeGreaterThan(runs * 250);
  expect([...codes.keys()].sort()).toEqual(expect.arrayContaining([0, 1, 3, 7]));
}, 300_000);

test('the same for the command as a process of its own, over sockets', async () => {
  const seeds = Array.from({ length: scaled({ test: 3, soak: 6 }) }, (_, index) => index + 1);
  const ended = await Promise.all(
    seeds.map(async (seed) => {
      const server = createLeakyServer(seed, { corruptions: transientCorruptions, probability: 0.2 });
      const [{ url }, directory] = await Promise.all([served(server.fetch), temporaryDirectory()]);
      const env = { VCENTER_URL: url, VCENTER_USERNAME: username, VCENTER_PASSWORD: password };
      const args = ['export', 'templates/ubuntu', directory, ...(seed % 2 === 0 ? ['--json'] : [])];
      const { stdout, stderr } = await command(args, { env });
      const all = [stdout, stderr, textsIn(directory)].join('\n');
      expect(stdout + stderr).not.toBe('');
      return { seed, leaked: server.secrets().filter((secret) => all.includes(secret)) };
    }),
  );
  for (const { seed, leaked } of ended) expect([seed, leaked]).toEqual([seed, []]);
}, 300_000);
