/** The comparison: every policy in every scene, and what ours has to keep. */

import { ours } from './ours.ts';
import { coreLro, govc, java, oracle, python, type Policy } from './policies.ts';

/** A row of the table. */
export interface Row {
  readonly scene: string;
  readonly files: number;
  readonly isUniform: boolean;
  readonly oracle: number;
  /** By name of the policy: mean wall time in milliseconds (not set where it gave up), and mean number of waiting requests. */
  readonly policies: Readonly<Record<string, { readonly wall: number | undefined; readonly waiting: number }>>;
}

const policies: Readonly<Record<string, Policy>> = { ours, govc, python, java, 'core-lro': coreLro };

const servers: readonly (readonly [string, number])[] = [
  ['all at once', Infinity],
  ['four at a time', 4],
  ['one at a time', 1],
];

/** Looks like chance, and is the same for the same seed. */
const chance = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

/** Times of a range, one of every part of it, in milliseconds. */
const uniform = (from: number, to: number, draws: number, random: () => number): readonly number[] =>
  Array.from({ length: draws }, (_, index) => from + ((to - from) * (index + random())) / draws);

/** How long preparations take: drawn for each round, the same for all files or each its own. */
const durations: readonly (readonly [string, (draws: number, files: number) => readonly (readonly number[])[]])[] = [
  ['0.5 to 20 s', (draws, files) => sameForAll(uniform(500, 20_000, draws, chance(1)), files)],
  [
    '0.5 to 20 s, each its own',
    (draws, files) => {
      const random = chance(2);
      return Array.from({ length: draws }, () => Array.from({ length: files }, () => 500 + 19_500 * random()));
    },
  ],
  ['60 s', (_, files) => sameForAll([60_000], files)],
  // Sixty seconds to the millisecond may flatter or slander any policy.
  ['58 to 62 s', (draws, files) => sameForAll(uniform(58_000, 62_000, draws, chance(3)), files)],
];

const sameForAll = (times: readonly number[], files: number): readonly (readonly number[])[] =>
  times.map((time) => Array.from({ length: files }, () => time));

/** Simulates every scene. @param draws - How many rounds are drawn where preparations take so long or so long. */
export const compare = (draws: number): readonly Row[] =>
  [1, 20, 50].flatMap((files) =>
    durations
      .filter(([duration]) => files > 1 || !duration.includes('own'))
      .flatMap(([duration, drawn]) =>
        servers
          .filter(([, atOnce]) => files > 1 || atOnce === Infinity)
          .map(([server, atOnce]) => rowOf(files, duration, drawn(draws, files), server, atOnce)),
      ),
  );

const rowOf = (files: number, duration: string, rounds: readonly (readonly number[])[], server: string, atOnce: number): Row => {
  const mean = (policy: Policy) => {
    const outcomes = rounds.map((times) => policy(times, atOnce));
    const walls = outcomes.map(({ wall }) => wall);
    return {
      wall: walls.every((wall) => wall !== undefined) ? average(walls) : undefined,
      waiting: average(outcomes.map(({ waiting }) => waiting)),
    };
  };
  return {
    scene: files === 1 ? `1 file, ${duration}` : `${files} files, ${server}, ${duration}`,
    files,
    isUniform: duration.startsWith('0.5'),
    oracle: mean(oracle).wall ?? NaN,
    policies: Object.fromEntries(Object.entries(policies).map(([name, policy]) => [name, mean(policy)])),
  };
};

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** What ours has to keep, and whether it does. */
export interface Bound {
  readonly bound: string;
  readonly most: number;
  readonly found: number;
}

/**
 * The requests and the wall time of govc are compared over sessions of several files: whoever notices one file within 0.3 s needs seven
 * requests for the first two seconds alone, and whoever asks once a second needs eleven in all.
 *
 * @param coarse - How many times wider the steps are between the preparation times whose lateness is looked at.
 */
export const boundsOf = (rows: readonly Row[], coarse = 1): readonly Bound[] => {
  const sessions = rows.filter(({ files }) => files > 1);
  const ratios = (of: readonly Row[], over: (row: Row) => number | undefined, under: (row: Row) => number | undefined) =>
    of.map((row) => (over(row) ?? NaN) / (under(row) ?? NaN));
  const wall = (name: string) => (row: Row) => row.policies[name]?.wall;
  const waiting = (name: string) => (row: Row) => row.policies[name]?.waiting;
  const uniformSessions = sessions.filter(({ isUniform }) => isUniform);
  return [
    ['wall time to that of the oracle, in every scene', 1.1, Math.max(...ratios(rows, wall('ours'), (row) => row.oracle))],
    // Where one file is prepared at a time, all that differs is when the last one is noticed: a thousandth is for chance.
    [
      'wall time to that of govc, several files, 0.5 to 20 s, in every scene',
      1.001,
      Math.max(...ratios(uniformSessions, wall('ours'), wall('govc'))),
    ],
    [
      'waiting requests to those of govc, several files, in the mean',
      0.35,
      average(ratios(sessions, waiting('ours'), waiting('govc'))),
    ],
    ['the same, 0.5 to 20 s', 0.35, average(ratios(uniformSessions, waiting('ours'), waiting('govc')))],
    ['requests for one file in sixty seconds', 35, requestsOf(1)],
    ['requests for fifty files in sixty seconds, besides the fifty that ask for preparation', 35, requestsOf(50) - 50],
    ['ms to notice PREPARED when it took under 2 s', 300, latest(10, 2000, 7 * coarse)],
    ['ms to notice PREPARED when it took under 20 s', 2000, latest(2000, 20_000, 53 * coarse)],
    ['ms to notice PREPARED when it took longer', 5000, latest(20_000, 300_000, 1117 * coarse)],
  ].map(([bound, most, found]) => ({ bound, most, found }) as Bound);
};

const requestsOf = (files: number): number => {
  const { waiting, asking } = ours(
    Array.from({ length: files }, () => 60_000),
    Infinity,
  );
  return waiting + asking;
};

/** The latest that PREPARED is noticed, in milliseconds, over preparations of one file that take so long. */
const latest = (from: number, to: number, step: number): number => {
  let most = 0;
  for (let time = from; time < to; time += step) most = Math.max(most, ours([time], Infinity).noticed[0]?.late ?? Infinity);
  return most;
};
