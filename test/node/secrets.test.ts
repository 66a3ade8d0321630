import { expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { tap } from 'rxjs';
import { download, isContentLibraryError, logout, vcenter, type Dialect } from 'rx-content-library';
import { nodeHash, toDirectory } from 'rx-content-library/node';
import { createSimulator, type Fault } from 'rx-content-library/simulator';
import { inFakeTime } from '../support/fake-time.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { collectValues, collect } from '../support/collect.ts';
import { preparedAtOnce } from '../support/simulated-vcenter.ts';
import { leakyServer } from '../support/leaky-server.ts';
import { temporaryDirectory } from './temporary.ts';

/** Each has a seed of its own, and can be had again by it. */
const runs = 500;

const user = { username: 'administrator@vsphere.local', password: 'Hunter2-über/secret?' };

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

/** What breaks files off, so that sidecars are left; the rest is the telltale's. */
const faults: readonly Fault[] = [
  { kind: 'session-lost', operation: 'data', at: 100_000, chance: 0.1 },
  { kind: 'truncate', operation: 'data', shape: 'length-reset', at: 150_000, chance: 0.4 },
  { kind: 'corrupt', operation: 'data', at: 1000, chance: 0.1 },
  { kind: 'range', operation: 'data', how: 'other', chance: 0.2 },
];

/** Everything that can be seen of a value: what does not print, causes and stacks too. */
const seen = (value: unknown): string =>
  inspect(value, { depth: 20, showHidden: true, maxArrayLength: null, maxStringLength: null, breakLength: Infinity });

/** What stands in a directory besides the bytes of files: names, and notes. */
const standsIn = (directory: string): { readonly text: string; readonly sidecars: number } => {
  const names = readdirSync(directory);
  const sidecars = names.filter((name) => name.endsWith('.part.json'));
  return {
    text: [...names, ...sidecars.map((name) => readFileSync(join(directory, name), 'utf8'))].join('\n'),
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
    const found = standsIn(directory);
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
  const goodbye = await collectValues(logout(vc)).catch((thrown: unknown) => thrown);
  look();
  const told = [seen([values, error, log, goodbye]), String(error), JSON.stringify([values, error, log]), left.join('\n')].join(
    '\n',
  );
  return {
    values,
    error,
    sidecars,
    spoilt: server.corrupted,
    shown: server.secrets().filter((secret) => told.includes(secret)),
    isKnown: error === undefined || isContentLibraryError(error),
  };
};

test.each(['api', 'rest'] as const)(
  `${runs} downloads from a server that says back all it was told: no secret in any event, error, retry or sidecar (%s)`,
  async (dialect) => {
    const spoilt = new Map<string, number>();
    const endings = new Map<string, number>();
    let sidecars = 0;
    for (let seed = 1; seed <= runs; seed += 1) {
      const directory = await temporaryDirectory();
      const ended = await inFakeTime(() => run(seed, dialect, directory));
      expect([seed, ended.shown, ended.isKnown]).toEqual([seed, [], true]);
      for (const [kind, count] of ended.spoilt) spoilt.set(kind, (spoilt.get(kind) ?? 0) + count);
      const ending = ended.error === undefined ? 'whole' : (ended.error as { _tag: string })._tag;
      endings.set(ending, (endings.get(ending) ?? 0) + 1);
      sidecars += ended.sidecars;
    }
    // It has happened: thousands of answers were spoilt, each way often, and files lay there in part.
    expect([...spoilt.values()].reduce((sum, count) => sum + count)).toBeGreaterThan(1000);
    expect([spoilt.size, Math.min(...spoilt.values()) > 10]).toEqual([11, true]);
    expect(sidecars).toBeGreaterThan(runs);
    // Some come through it all: a client that gives up at once would have had little to tell.
    expect(endings.get('whole')).toBeGreaterThan(runs / 10);
  },
  300_000,
);

test('an address that the platform will not fetch, and names in its own error, is not told as the cause', async () => {
  const simulator = createSimulator({ inventory, users: [user], scenario: { preparation: preparedAtOnce } });
  const vc = vcenter({
    server: 'https://vcenter.example.com',
    credentials: user,
    fetch: async (input, init) => {
      const answer = await simulator.fetch(input, init);
      if (answer.status === 204) return answer;
      return new Response((await answer.text()).replaceAll('https://vcenter', 'https://user:word@vcenter'), answer);
    },
  });
  const { error } = await collect(download(vc, 'item-1', toDirectory(await temporaryDirectory()), { fileRetry: false }));
  await collectValues(logout(vc));
  expect(error).toMatchObject({ _tag: 'TransportError' });
  expect(seen(error)).not.toContain('/cls/data/');
});
