/** Wall time and status reads of waiting for preparations, for this library and for other tools, in virtual time. */

import { compare, computeLimits, type MeanOutcome, type PolicyName, type ScenarioRow } from './polling/comparison.ts';
import { ROUND_TRIP } from './polling/virtual-server.ts';
import { bench } from './support/bench.ts';
import { table } from './support/report.ts';

/** How many sets of durations are drawn for each scenario. */
const DRAWS = 60;

const seconds = (milliseconds: number | undefined): string =>
  milliseconds === undefined ? 'timeout' : (milliseconds / 1000).toFixed(2);
const outcome = ({ wall, statusReads }: MeanOutcome): string => `${seconds(wall)} (${statusReads.toFixed(1)})`;
const outcomeOf = (name: PolicyName) => (row: ScenarioRow) => outcome(row.outcomes[name]);
const wallOf = (row: ScenarioRow, name: PolicyName): number => row.outcomes[name].wall ?? NaN;

export default bench({
  title: 'Waiting for preparations: this library compared with other tools, in virtual time',
  details: [
    `Cells: mean wall time in seconds (mean number of status reads). Round trips take ${ROUND_TRIP} ms, files have no bytes.`,
    'oracle: the best possible wall time, with no status reads.',
  ].join('\n'),
  setUp: () => undefined,
  cases: () => ({ comparison: { label: 'comparison', run: () => compare(DRAWS) } }),
  report: (_, { comparison: [rows = []] }) => [
    table('preparation', rows, {
      oracle: (row) => seconds(row.oracle),
      'this library': outcomeOf('library'),
      'wall to oracle': (row) => (wallOf(row, 'library') / row.oracle).toFixed(3),
      'wall to govc': (row) => (wallOf(row, 'library') / wallOf(row, 'govc')).toFixed(3),
      'status reads to govc': ({ outcomes }) => (outcomes.library.statusReads / outcomes.govc.statusReads).toFixed(3),
      govc: outcomeOf('govc'),
      'VMware Python sample': outcomeOf('python'),
      'VMware Java sample': outcomeOf('java'),
      'Azure core-lro': outcomeOf('coreLro'),
    }),
  ],
  limits: ({ comparison: [rows = []] }) => computeLimits(rows),
});
