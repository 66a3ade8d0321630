/** Progress of a preparation as a function of the time since the request. */

import type { PrepareStatus } from '../../model/index.ts';
import type { Preparation, PreparationPhase, Scenario } from '../options/scenario.ts';

/** Milliseconds. */
const DEFAULT_REQUESTED = 200;

/** Milliseconds. */
const DEFAULT_PREPARING = 600;

/** Milliseconds. */
const DEFAULT_FETCHING = 1_000;

/** Progress of a preparation. */
export interface PreparationProgress {
  readonly status: PrepareStatus;
  /** Bytes. */
  readonly bytesTransferred: number;
}

/** Returns the scenario's settings for a file. */
export const plannedPreparation = (scenario: Scenario, fileName: string): Preparation => ({
  ...scenario.preparation,
  // A file may be called `constructor`, which every object inherits.
  ...(scenario.files !== undefined && Object.hasOwn(scenario.files, fileName) ? scenario.files[fileName] : {}),
});

/** Returns the milliseconds that it takes to fetch a file from the publisher. */
export const fetchingTime = ({ fetching = DEFAULT_FETCHING }: Preparation): number => fetching;

/** Returns the milliseconds until the server starts to transfer bytes. */
export const leadTime = (preparation: Preparation): number => {
  const phases = phasesOf(preparation);
  const first = phases.findIndex(({ status }) => status === 'PREPARING');
  return phases.slice(0, first === -1 ? undefined : first).reduce((time, { lasts }) => time + lasts, 0);
};

/**
 * Returns the progress at a time.
 *
 * @param elapsed - Milliseconds since the request; `undefined` without a request.
 * @param size - Size of the file, in bytes.
 * @param fetching - Milliseconds that it takes to fetch the file first.
 */
export const progressAt = (
  preparation: Preparation,
  elapsed: number | undefined,
  size: number,
  fetching = 0,
): PreparationProgress => {
  if (elapsed === undefined) return { status: 'UNPREPARED', bytesTransferred: 0 };
  const { outcome = 'PREPARED', bytesMove = true } = preparation;
  const phases = withFetching(phasesOf(preparation), fetching);
  const total = preparingTime(phases, Number.POSITIVE_INFINITY);
  const transferred = preparingTime(phases, elapsed);
  // A failing preparation stops at half the size.
  const target = outcome === 'ERROR' ? size / 2 : size;
  const status = statusAt(phases, elapsed) ?? outcome;
  const isOver = transferred === total && status === outcome;
  return { status, bytesTransferred: bytesMove ? Math.floor(isOver ? target : (target * transferred) / (total || 1)) : 0 };
};

const phasesOf = ({
  requested = DEFAULT_REQUESTED,
  preparing = DEFAULT_PREPARING,
  phases = [
    { status: 'PREPARE_REQUESTED', lasts: requested },
    { status: 'PREPARING', lasts: preparing },
  ],
}: Preparation): readonly PreparationPhase[] => phases;

const withFetching = (phases: readonly PreparationPhase[], fetching: number): readonly PreparationPhase[] => {
  if (fetching === 0) return phases;
  const first = phases.findIndex(({ status }) => status === 'PREPARING');
  const at = first === -1 ? phases.length : first;
  return [...phases.slice(0, at), { status: 'PREPARING', lasts: fetching }, ...phases.slice(at)];
};

const statusAt = (phases: readonly PreparationPhase[], elapsed: number): PrepareStatus | undefined => {
  let end = 0;
  return phases.find(({ lasts }) => elapsed < (end += lasts))?.status;
};

/** Returns the milliseconds of `PREPARING` within the first `elapsed` milliseconds. */
const preparingTime = (phases: readonly PreparationPhase[], elapsed: number): number => {
  let begin = 0;
  let time = 0;
  for (const { status, lasts } of phases) {
    if (status === 'PREPARING') time += Math.min(lasts, Math.max(0, elapsed - begin));
    begin += lasts;
  }
  return time;
};
