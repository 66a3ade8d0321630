/** Runs the cases of a bench in rounds, prints the samples as tables, and checks the limits. */

import { describeMachine } from './machine.ts';
import { clearProgress, printLimits, showProgress, type Limit } from './report.ts';

/** One variant of what is measured. */
export interface Case<Sample> {
  /** Names the case in the report. */
  readonly label: string;
  /** Takes one sample. Rounds count from 0, warm-up included. */
  readonly run: (round: number) => Sample | Promise<Sample>;
  /** Maximum number of measured rounds; the case takes part in the last ones. @default as many as the bench */
  readonly rounds?: number;
  /** Why the case cannot run on this machine. */
  readonly skipReason?: string;
}

/** The samples of each case, in the order of the rounds. */
export type Samples<Key extends string, Sample> = Readonly<Record<Key, readonly Sample[]>>;

/** A row of a table: a case and its samples. */
export interface CaseRow<Key extends string, Sample> {
  readonly key: Key;
  readonly label: string;
  readonly samples: readonly Sample[];
}

/** Registers what releases a resource. Releases run in reverse order, also after an error. */
export type OnTearDown = (release: () => unknown) => void;

/** A bench as data. */
export interface BenchDefinition<Context, Key extends string, Sample> {
  readonly title: string;
  /** What a reader of the numbers has to know, in one line. */
  readonly details?: string;
  /** Measured rounds. @default one, which `--rounds` cannot change */
  readonly rounds?: number;
  /** Rounds before, which are not measured. @default 0 */
  readonly warmUpRounds?: number;
  /**
   * - `interleaved`: each round runs every case, so that a change of the machine's load affects all of them.
   * - `alternating`: the same, with the order reversed in every other round: a case inherits the garbage of the one before.
   * - `sequential`: all rounds of a case, then the next case.
   *
   * @default interleaved
   */
  readonly order?: 'interleaved' | 'alternating' | 'sequential';
  readonly setUp: (onTearDown: OnTearDown, rounds: number) => Context | Promise<Context>;
  /** Runs before each sample. It is not measured. */
  readonly beforeEach?: (context: Context) => unknown;
  readonly cases: (context: Context) => Readonly<Record<Key, Case<Sample>>>;
  /** Returns tables and lines. */
  readonly report: (rows: readonly CaseRow<Key, Sample>[], samples: Samples<Key, Sample>) => readonly string[];
  readonly limits: (samples: Samples<Key, Sample>) => readonly Limit[];
}

/** A bench that can run. */
export interface Bench {
  /** True if the number of rounds can be chosen. */
  readonly hasRounds: boolean;
  /** @param rounds - Measured rounds. @default those of the definition */
  readonly run: (rounds?: number) => Promise<void>;
}

/** Creates a bench. */
export const bench = <Context, Key extends string, Sample>(definition: BenchDefinition<Context, Key, Sample>): Bench => ({
  hasRounds: definition.rounds !== undefined,
  run: async (chosenRounds) => {
    const { title, details, report, limits } = definition;
    const rounds = chosenRounds ?? definition.rounds ?? 1;
    console.log(`${title}\n${describeMachine()}`);
    if (definition.rounds !== undefined) console.log(`Rounds: ${rounds}`);
    if (details !== undefined) console.log(details);
    const rows = await takeSamples(definition, rounds);
    for (const { label, skipReason } of rows) if (skipReason !== undefined) console.log(`Skipped "${label}": ${skipReason}.`);
    const samples = Object.fromEntries(rows.map((row) => [row.key, row.samples])) as Samples<Key, Sample>;
    const measured = rows.filter(({ skipReason }) => skipReason === undefined);
    console.log(`\n${report(measured, samples).join('\n\n')}`);
    printLimits(limits(samples));
  },
});

interface SampledRow<Key extends string, Sample> extends CaseRow<Key, Sample> {
  readonly skipReason?: string;
}

const takeSamples = async <Context, Key extends string, Sample>(
  { warmUpRounds = 0, order = 'interleaved', setUp, beforeEach, cases }: BenchDefinition<Context, Key, Sample>,
  rounds: number,
): Promise<readonly SampledRow<Key, Sample>[]> => {
  const releases: (() => unknown)[] = [];
  try {
    const context = await setUp((release) => releases.push(release), rounds);
    const rows = Object.entries<Case<Sample>>(cases(context)).map(([key, each]) => ({
      ...each,
      key: key as Key,
      samples: [] as Sample[],
    }));
    const active = rows.filter(({ skipReason }) => skipReason === undefined);
    const total = warmUpRounds + rounds;
    const take = async (row: (typeof rows)[number], round: number): Promise<void> => {
      const isMeasured = round >= warmUpRounds;
      if (isMeasured && total - round > (row.rounds ?? rounds)) return;
      showProgress(`Round ${round + 1} of ${total}: ${row.label}`);
      await beforeEach?.(context);
      const sample = await row.run(round);
      if (isMeasured) row.samples.push(sample);
    };
    if (order === 'sequential') {
      for (const row of active) for (let round = 0; round < total; round += 1) await take(row, round);
    } else {
      for (let round = 0; round < total; round += 1)
        for (const row of order === 'alternating' && round % 2 === 1 ? active.toReversed() : active) await take(row, round);
    }
    return rows;
  } finally {
    clearProgress();
    for (const release of releases.toReversed()) {
      try {
        await release();
      } catch (error) {
        // The other releases still run.
        console.error('Tear-down failed:', error);
        process.exitCode = 1;
      }
    }
  }
};
