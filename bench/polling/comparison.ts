/** Compares every policy in every scenario, and computes the limits of this library. */

import { atMost, type Limit } from '../support/report.ts';
import { library } from './library.ts';
import { coreLro, govc, java, oracle, python, type Policy } from './policies.ts';

/** The names of the policies. */
export type PolicyName = 'library' | 'govc' | 'python' | 'java' | 'coreLro';

/** Means over the rounds of a scenario. */
export interface MeanOutcome {
  /** Milliseconds; `undefined` if the policy times out. */
  readonly wall: number | undefined;
  readonly statusReads: number;
}

/** A scenario and the outcome of each policy in it. */
export interface ScenarioRow {
  readonly label: string;
  readonly fileCount: number;
  /** True if preparations take 0.5 to 20 s. */
  readonly isShort: boolean;
  /** Wall time of the oracle, in milliseconds. */
  readonly oracle: number;
  readonly outcomes: Readonly<Record<PolicyName, MeanOutcome>>;
}

const servers: readonly (readonly [string, number])[] = [
  ['all at once', Infinity],
  ['four at a time', 4],
  ['one at a time', 1],
];

/** Returns a generator of numbers from 0 to 1: the same ones for the same seed. */
const createRandom = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

/** Draws numbers from a range, one from each of its equal parts. */
const drawUniform = (from: number, to: number, count: number, random: () => number): readonly number[] =>
  Array.from({ length: count }, (_, index) => from + ((to - from) * (index + random())) / count);

const sameForAll = (durations: readonly number[], fileCount: number): readonly (readonly number[])[] =>
  durations.map((duration) => Array.from({ length: fileCount }, () => duration));

interface Distribution {
  readonly label: string;
  readonly isShort: boolean;
  /** True if the files of a round have different durations. */
  readonly isPerFile: boolean;
  /** Returns the milliseconds of each file, for each round. */
  readonly draw: (rounds: number, fileCount: number) => readonly (readonly number[])[];
}

const distributions: readonly Distribution[] = [
  {
    label: '0.5 to 20 s',
    isShort: true,
    isPerFile: false,
    draw: (rounds, fileCount) => sameForAll(drawUniform(500, 20_000, rounds, createRandom(1)), fileCount),
  },
  {
    label: '0.5 to 20 s, each file its own',
    isShort: true,
    isPerFile: true,
    draw: (rounds, fileCount) => {
      const random = createRandom(2);
      return Array.from({ length: rounds }, () => Array.from({ length: fileCount }, () => 500 + 19_500 * random()));
    },
  },
  { label: '60 s', isShort: false, isPerFile: false, draw: (_, fileCount) => sameForAll([60_000], fileCount) },
  // Exactly sixty seconds may favor a policy by chance.
  {
    label: '58 to 62 s',
    isShort: false,
    isPerFile: false,
    draw: (rounds, fileCount) => sameForAll(drawUniform(58_000, 62_000, rounds, createRandom(3)), fileCount),
  },
];

/** Simulates every scenario. @param rounds - How many sets of durations are drawn from a range. */
export const compare = (rounds: number): readonly ScenarioRow[] =>
  [1, 20, 50].flatMap((fileCount) =>
    distributions
      .filter(({ isPerFile }) => fileCount > 1 || !isPerFile)
      .flatMap((distribution) =>
        servers
          .filter(([, concurrency]) => fileCount > 1 || concurrency === Infinity)
          .map(([server, concurrency]) => simulateScenario(fileCount, distribution, rounds, server, concurrency)),
      ),
  );

const simulateScenario = (
  fileCount: number,
  { label, isShort, draw }: Distribution,
  rounds: number,
  server: string,
  concurrency: number,
): ScenarioRow => {
  const drawn = draw(rounds, fileCount);
  const meanOf = (policy: Policy): MeanOutcome => {
    const outcomes = drawn.map((durations) => policy(durations, concurrency));
    const walls = outcomes.map(({ wall }) => wall);
    return {
      wall: walls.every((wall) => wall !== undefined) ? mean(walls) : undefined,
      statusReads: mean(outcomes.map(({ statusReads }) => statusReads)),
    };
  };
  return {
    label: fileCount === 1 ? `1 file, ${label}` : `${fileCount} files, ${server}, ${label}`,
    fileCount,
    isShort,
    oracle: meanOf(oracle).wall ?? NaN,
    outcomes: {
      library: meanOf(library),
      govc: meanOf(govc),
      python: meanOf(python),
      java: meanOf(java),
      coreLro: meanOf(coreLro),
    },
  };
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Computes the limits. Status reads and wall time are compared with govc for several files only: for one file, noticing PREPARED within
 * 0.3 s takes seven requests in the first two seconds, and one request a second takes eleven in all.
 *
 * @param stepFactor - Multiplies the step between the durations for which the delay is computed: 1 is the most thorough.
 */
export const computeLimits = (rows: readonly ScenarioRow[], stepFactor = 1): readonly Limit[] => {
  const multiple = rows.filter(({ fileCount }) => fileCount > 1);
  const short = multiple.filter(({ isShort }) => isShort);
  const wallToOracle = ({ outcomes, oracle }: ScenarioRow): number => (outcomes.library.wall ?? NaN) / oracle;
  const wallToGovc = ({ outcomes }: ScenarioRow): number => (outcomes.library.wall ?? NaN) / (outcomes.govc.wall ?? NaN);
  const readsToGovc = ({ outcomes }: ScenarioRow): number => outcomes.library.statusReads / outcomes.govc.statusReads;
  return [
    atMost('wall time to that of the oracle, worst scenario', Math.max(...rows.map(wallToOracle)), 1.1),
    // Where the server prepares one file at a time, only the delay of the last one differs: 0.001 is a margin for chance.
    atMost('wall time to that of govc, several files, 0.5 to 20 s, worst scenario', Math.max(...short.map(wallToGovc)), 1.001),
    atMost('status reads to those of govc, several files, mean', mean(multiple.map(readsToGovc)), 0.35),
    atMost('status reads to those of govc, several files, 0.5 to 20 s, mean', mean(short.map(readsToGovc)), 0.35),
    atMost('requests for one file of sixty seconds', countRequests(1), 35),
    atMost('requests for fifty files of sixty seconds, without the fifty prepare requests', countRequests(50) - 50, 35),
    atMost('delay of PREPARED after less than 2 s, ms', maxDelay(10, 2000, 7 * stepFactor), 300),
    atMost('delay of PREPARED after 2 to 20 s, ms', maxDelay(2000, 20_000, 53 * stepFactor), 2000),
    atMost('delay of PREPARED after 20 s to 5 minutes, ms', maxDelay(20_000, 300_000, 1117 * stepFactor), 5000),
  ];
};

const countRequests = (fileCount: number): number => {
  const { statusReads, prepareRequests } = library(
    Array.from({ length: fileCount }, () => 60_000),
    Infinity,
  );
  return statusReads + prepareRequests;
};

/** Returns the longest time until PREPARED of one file is noticed, over a range of durations. All are milliseconds. */
const maxDelay = (from: number, to: number, step: number): number => {
  let max = 0;
  for (let duration = from; duration < to; duration += step)
    max = Math.max(max, library([duration], Infinity).files[0]?.delay ?? Infinity);
  return max;
};
