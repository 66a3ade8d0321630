import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { download, isContentLibraryError, logout, vcenter, type Dialect } from 'rx-content-library';
import { nodeHash, toDirectory } from 'rx-content-library/node';
import { createSimulator, type Fault } from 'rx-content-library/simulator';
import { tap } from 'rxjs';
import { collect, collectValues } from '../support/collect.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { leakyServer } from '../support/leaky-server.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { preparedAtOnce, user } from '../support/simulated-vcenter.ts';
import { scaled } from '../support/soak.ts';
import { temporaryDirectory } from './temporary.ts';

/** Number of downloads in each dialect; the number of a run is its seed. */
const runs = scaled({ test: 30, soak: 500 });

const inventory = {
  libraries: [
    {
      name: 'l',
      items: [
        {
          name: 'i',
          id: 'item-1',
          contentVersion: '7',
          files: [
            { name: 'machine.ovf', content: '<Envelope/>' },
            { name: 'disk.vmdk', size: 300_000 },
            { name: 'firmware.nvram', size: 8_684 },
          ],
        },
      ],
    },
  ],
};

/** Faults that interrupt files, so that sidecars are left; the leaky server adds the rest. */
const faults: readonly Fault[] = [
  { kind: 'session-lost', operation: 'data', at: 100_000, chance: 0.1 },
  { kind: 'truncate', operation: 'data', shape: 'length-reset', at: 150_000, chance: 0.4 },
  { kind: 'corrupt', operation: 'data', at: 1000, chance: 0.1 },
  { kind: 'range', operation: 'data', how: 'other', chance: 0.2 },
];

/** Everything that a logger could print of a value: hidden properties, causes and stacks, too. */
const seen = (value: unknown): string =>
  inspect(value, { depth: 20, showHidden: true, maxArrayLength: null, maxStringLength: null, breakLength: Infinity });

/** Returns the text of a file; an empty text if it was removed after it was listed. */
const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw thrown;
  }
};

/** The names in a directory and the texts of the sidecars. */
const textsIn = (directory: string): { readonly text: string; readonly sidecars: number } => {
  const names = readdirSync(directory);
  const sidecars = names.filter((name) => name.endsWith('.part.json'));
  return {
    text: [...names, ...sidecars.map((name) => textOf(join(directory, name)))].join('\n'),
    sidecars: sidecars.length,
  };
};

const run = async (seed: number, dialect: Dialect, directory: string) => {
  const draw = seededRandom(seed);
  const simulator = createSimulator({
    inventory,
    users: [user],
    scenario: { preparation: preparedAtOnce, faults },
    seed,
    createHash: nodeHash,
  });
  const server = leakyServer({ handler: simulator.fetch, user, draw, probability: 0.02 + draw() * 0.4 });
  const log: unknown[] = [];
  const left: string[] = [];
  let sidecars = 0;
  const look = (): void => {
    const found = textsIn(directory);
    left.push(found.text);
    sidecars += found.sidecars;
  };
  const vc = vcenter({
    server: 'https://vcenter.example.com',
    credentials: user,
    dialect,
    fetch: (input, init) => server.fetch(new Request(input, init)),
    retry: { attempts: 10, onRetry: (retry) => log.push(retry) },
  });
  const { values, error } = await collect(
    download(vc, 'item-1', toDirectory(directory, { force: true }), {
      continueOnError: seed % 2 === 0,
      fileRetry: { attempts: 10 },
    }).pipe(tap(({ type }) => void (type === 'progress' || type === 'retrying' ? look() : undefined))),
  );
  const loggedOut = await collectValues(logout(vc)).catch((thrown: unknown) => thrown);
  look();
  const output = [
    seen([values, error, log, loggedOut]),
    String(error),
    JSON.stringify([values, error, log]),
    left.join('\n'),
  ].join('\n');
  return {
    values,
    error,
    sidecars,
    corrupted: server.corrupted,
    leaked: server.secrets().filter((secret) => output.includes(secret)),
    isTyped: error === undefined || isContentLibraryError(error),
  };
};

test.each(['api', 'rest'] as const)(
  `${runs} downloads from a server that leaks every secret show none in an event, error, retry or sidecar (%s)`,
  async (dialect) => {
    const corrupted = new Map<string, number>();
    const endings = new Map<string, number>();
    let sidecars = 0;
    for (let seed = 1; seed <= runs; seed += 1) {
      const directory = await temporaryDirectory();
      const ended = await inFakeTime(() => run(seed, dialect, directory));
      expect([seed, ended.leaked, ended.isTyped]).toEqual([seed, [], true]);
      for (const [kind, count] of ended.corrupted) corrupted.set(kind, (corrupted.get(kind) ?? 0) + count);
      const ending = ended.error === undefined ? 'complete' : (ended.error as { _tag: string })._tag;
      endings.set(ending, (endings.get(ending) ?? 0) + 1);
      sidecars += ended.sidecars;
    }
    // The test did reach its subject: corrupted responses of every kind, and files in part.
    expect([...corrupted.values()].reduce((sum, count) => sum + count)).toBeGreaterThan(runs * 2);
    expect([corrupted.size, Math.min(...corrupted.values()) > runs / 50]).toEqual([11, true]);
    expect(sidecars).toBeGreaterThan(runs);
    // Some downloads succeed: a client that fails at once has little to leak.
    expect(endings.get('complete')).toBeGreaterThan(runs / 10);
  },
  300_000,
);

test('an address that the platform refuses to fetch is not in the cause of the error', async () => {
  const simulator = createSimulator({ inventory, users: [user], scenario: { preparation: preparedAtOnce } });
  const vc = vcenter({
    server: 'https://vcenter.example.com',
    credentials: user,
    fetch: async (input, init) => {
      const response = await simulator.fetch(input, init);
      if (response.status === 204) return response;
      return new Response((await response.text()).replaceAll('https://vcenter', 'https://user:word@vcenter'), response);
    },
  });
  const { error } = await collect(download(vc, 'item-1', toDirectory(await temporaryDirectory()), { fileRetry: false }));
  await collectValues(logout(vc));
  expect(error).toMatchObject({ _tag: 'TransportError' });
  expect(seen(error)).not.toContain('/cls/data/');
});
