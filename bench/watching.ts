/**
 * CPU time and heap of watching 1000 download sessions at once, with three subscribers each and one poll a second. No requests are sent:
 * decoded responses arrive after 40 ms.
 */

import { setTimeout } from 'node:timers/promises';
import { watchDownloadSession, type DownloadFileInfo } from 'rx-content-library';
import { delay, of, type Subscription } from 'rxjs';
import { scriptedVCenter } from '../test/support/scripted-vcenter.ts';
import { bench } from './support/bench.ts';
import { table } from './support/report.ts';
import { median } from './support/statistics.ts';

const SESSIONS = 1000;
const SUBSCRIBERS = 3;
const FILES = 5;
/** Milliseconds. */
const [MEASURED_TIME, PERIOD, ROUND_TRIP] = [4000, 1000, 40];

interface Sample {
  /** Microseconds of CPU time in the measured time. */
  readonly cpu: number;
  /** Polls in the measured time. */
  readonly polls: number;
  /** Bytes that all the watching adds to the heap. */
  readonly heap: number;
  /** Bytes that remain on the heap after all subscribers have unsubscribed. */
  readonly heapAfterwards: number;
}

const readHeap = (): number => {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error('Garbage collection is not exposed: run Node with --expose-gc.');
  for (let pass = 0; pass < 4; pass += 1) gc();
  return process.memoryUsage().heapUsed;
};

const measure = async (): Promise<Sample> => {
  let [polls, emissions] = [0, 0];
  const files = (bytes: number): readonly DownloadFileInfo[] =>
    Array.from({ length: FILES }, (_, index) => ({ name: `file-${index}`, status: 'PREPARING', bytes_transferred: bytes }));
  const vc = scriptedVCenter({
    'content.library.item.DownloadSession.get': () => of({ library_item_id: 'item', state: 'ACTIVE' }).pipe(delay(ROUND_TRIP)),
    'content.library.item.downloadsession.File.list': () => ((polls += 1), of(files(polls)).pipe(delay(ROUND_TRIP))),
  });
  const heapBefore = readHeap();
  const subscriptions: Subscription[] = [];
  for (let session = 0; session < SESSIONS; session += 1)
    for (let subscriber = 0; subscriber < SUBSCRIBERS; subscriber += 1)
      subscriptions.push(watchDownloadSession(vc, `session-${session}`, { period: PERIOD }).subscribe(() => (emissions += 1)));
  // The first responses are not measured: they allocate what later ones only change.
  await setTimeout(PERIOD / 2);
  const heap = readHeap() - heapBefore;
  const [pollsBefore, cpuBefore] = [polls, process.cpuUsage()];
  await setTimeout(MEASURED_TIME);
  const { user, system } = process.cpuUsage(cpuBefore);
  const measuredPolls = polls - pollsBefore;
  for (const subscription of subscriptions) subscription.unsubscribe();
  if (emissions < measuredPolls * (SUBSCRIBERS - 1))
    throw new Error(`${SUBSCRIBERS} subscribers of ${measuredPolls} polls received only ${emissions} emissions.`);
  return { cpu: user + system, polls: measuredPolls, heap, heapAfterwards: readHeap() - heapBefore };
};

const medianOf = (samples: readonly Sample[], value: (sample: Sample) => number): number => median(samples.map(value));
const cpuOfPoll = (samples: readonly Sample[]): number => medianOf(samples, ({ cpu, polls }) => cpu / polls);
const POLLS_PER_MINUTE = 60_000 / (PERIOD + ROUND_TRIP);

export default bench({
  title: `CPU time and heap of watching ${SESSIONS} download sessions`,
  details: `${FILES} files and ${SUBSCRIBERS} subscribers for each session, one poll a second.`,
  rounds: 3,
  warmUpRounds: 1,
  setUp: () => undefined,
  cases: () => ({ watching: { label: 'one session', run: measure } }),
  report: (_, { watching }) => [
    table(
      'one session',
      [
        { label: 'CPU of a poll without its request, µs', value: cpuOfPoll(watching).toFixed(1) },
        { label: 'CPU of one minute, ms', value: ((cpuOfPoll(watching) * POLLS_PER_MINUTE) / 1000).toFixed(2) },
        {
          label: 'heap while watched, with subscribers and the last response, KiB',
          value: (medianOf(watching, ({ heap }) => heap) / SESSIONS / 1024).toFixed(1),
        },
        {
          label: 'heap after all have unsubscribed, bytes',
          value: Math.round(medianOf(watching, ({ heapAfterwards }) => heapAfterwards) / SESSIONS),
        },
      ],
      { median: ({ value }) => value },
    ),
  ],
  limits: () => [],
});
