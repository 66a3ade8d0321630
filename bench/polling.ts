/**
 * What waiting for preparations costs, with our policy and with those of today's tools, in virtual time: `npm run bench:polling`. Fails
 * when ours does not keep its bounds.
 */

import { boundsOf, compare } from './polling/simulation.ts';

const rows = compare(60);
const others = ['govc', 'python', 'java', 'core-lro'];
const seconds = (milliseconds: number | undefined): string =>
  milliseconds === undefined ? 'gives up' : (milliseconds / 1000).toFixed(2);

console.log(
  'Mean wall time in seconds, and how many requests only asked how far it is. Round trips of 40 ms, files without bytes.\n',
);
console.log(`| preparation | oracle | ours | to oracle | to govc | requests to govc | ${others.join(' | ')} |`);
console.log(`|${'---|'.repeat(6 + others.length)}`);
for (const { scene, oracle, policies } of rows) {
  const cell = (name: string): string => `${seconds(policies[name]?.wall)} (${policies[name]?.waiting.toFixed(1)})`;
  const [wall = NaN, govc = NaN] = [policies['ours']?.wall, policies['govc']?.wall];
  const requests = (policies['ours']?.waiting ?? NaN) / (policies['govc']?.waiting ?? NaN);
  const ratios = [wall / oracle, wall / govc, requests].map((ratio) => ratio.toFixed(3));
  console.log(`| ${[scene, seconds(oracle), cell('ours'), ...ratios, ...others.map(cell)].join(' | ')} |`);
}

console.log('\n| what ours has to keep | at most | found | |\n|---|---|---|---|');
for (const { bound, most, found } of boundsOf(rows)) {
  const isKept = found <= most;
  if (!isKept) process.exitCode = 1;
  console.log(`| ${bound} | ${most} | ${Number(found.toFixed(3))} | ${isKept ? 'kept' : 'NOT KEPT'} |`);
}
