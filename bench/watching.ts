/**
 * What watching costs: the CPU time and the heap of a thousand sessions that are watched at once, each by three onlookers, with a
 * poll a second. No requests are sent: the answers come decoded, 40 ms later. `npm run bench:watching`
 */

import { cpus, release } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { delay, of, type Subscription } from 'rxjs';
import { watchDownloadSession, type DownloadFileInfo } from 'rx-content-library';
import { scriptedVCenter } from '../test/support/scripted-vcenter.ts';

const { gc } = globalThis;
if (gc === undefined) throw new Error('The collector is not to be had: run it with --expose-gc.');

const sessions = 1000;
const onlookers = 3;
const filesOfEach = 5;
/** Milliseconds. */
const [lasting, period, roundTrip] = [4000, 1000, 40];
const rounds = 3;

const heap = (): number => {
  for (let turn = 0; turn < 4; turn += 1) gc();
  return process.memoryUsage().heapUsed;
};

interface Cost {
  /** Microseconds. */
  readonly cpu: number;
  readonly polls: number;
  /** Bytes that all the watching takes while it goes on, and what is left of it afterwards. */
  readonly held: number;
  readonly left: number;
}

const measure = async (): Promise<Cost> => {
  let [polls, told] = [0, 0];
  const files = (tick: number): readonly DownloadFileInfo[] =>
    Array.from({ length: filesOfEach }, (_, index) => ({ name: `file-${index}`, status: 'PREPARING', bytes_transferred: tick }));
  const vc = scriptedVCenter({
    'content.library.item.DownloadSession.get': () => of({ library_item_id: 'item', state: 'ACTIVE' }).pipe(delay(roundTrip)),
    'content.library.item.downloadsession.File.list': () => ((polls += 1), of(files(polls)).pipe(delay(roundTrip))),
  });
  const before = heap();
  const watching: Subscription[] = [];
  for (let session = 0; session < sessions; session += 1)
    for (let onlooker = 0; onlooker < onlookers; onlooker += 1)
      watching.push(watchDownloadSession(vc, `session-${session}`, { period }).subscribe(() => (told += 1)));
  // The first answers stand apart: they make what the others change.
  await setTimeout(period / 2);
  const held = heap() - before;
  const [pollsBefore, begun] = [polls, process.cpuUsage()];
  await setTimeout(lasting);
  const { user, system } = process.cpuUsage(begun);
  const measured = polls - pollsBefore;
  for (const subscription of watching) subscription.unsubscribe();
  if (told < measured * (onlookers - 1)) throw new Error(`Of ${measured} answers to ${onlookers} onlookers ${told} were told.`);
  return { cpu: user + system, polls: measured, held, left: heap() - before };
};

await measure();
const costs: Cost[] = [];
for (let round = 0; round < rounds; round += 1) costs.push(await measure());
const median = (of: (cost: Cost) => number): number => costs.map(of).sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? NaN;

console.log(
  `Node ${process.version}, ${cpus().length} cores of ${cpus()[0]?.model ?? 'an unknown kind'}, ${process.platform} ${release()}\n`,
);
console.log(`${sessions} sessions of ${filesOfEach} files, ${onlookers} onlookers each, a poll a second; medians of ${rounds}\n`);
console.log('| | each session |\n|---|---|');
console.log(`| CPU time of a poll, without the request | ${median(({ cpu, polls }) => cpu / polls).toFixed(1)} µs |`);
console.log(
  `| CPU time of a minute of watching | ${((median(({ cpu, polls }) => cpu / polls) * 60_000) / (period + roundTrip) / 1000).toFixed(2)} ms |`,
);
console.log(
  `| heap while it is watched, with its onlookers and the last answer | ${(median(({ held }) => held) / sessions / 1024).toFixed(1)} KiB |`,
);
console.log(`| heap that is left afterwards | ${Math.round(median(({ left }) => left) / sessions)} bytes |`);
