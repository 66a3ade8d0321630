/** The process of one bench, started by `bench/run.mjs`: its name, and the number of rounds if it is not the default. */

import type { Bench } from './bench.ts';

const [name, rounds] = process.argv.slice(2);
const { default: bench } = (await import(`../${name}.ts`)) as { readonly default: Bench };
if (rounds !== undefined && !bench.hasRounds) {
  console.error(`Invalid --rounds: the bench "${name}" has no rounds.`);
  process.exit(1);
}
await bench.run(rounds === undefined ? undefined : Number(rounds));
