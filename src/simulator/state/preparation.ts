/** How far the preparation of a file is, as a function of the time that has passed since it was asked for. */

import type { PrepareStatus } from '../../model/index.ts';
import type { Preparation, PreparationPhase, Scenario } from '../options/scenario.ts';

/** Milliseconds. */
const DEFAULT_REQUESTED = 200;

/** Milliseconds. */
const DEFAULT_PREPARING = 600;

/** Milliseconds. */
const DEFAULT_FETCHING = 1_000;

/** How far a preparation is. */
export interface PreparationProgress {
  readonly status: PrepareStatus;
  /** Bytes. */
  readonly bytesTransferred: number;
}

/** What the scenario says of a file. */
export const plannedPreparation = (scenario: Scenario, fileName: string): Preparation => ({
  ...scenario.preparation,
  // A file may well be called `constructor`: only the scenario's own entries count.
  ...(scenario.files !== undefined && Object.hasOwn(scenario.files, fileName) ? scenario.files[fileName] : {}),
});

/** Milliseconds that a file takes from the publisher's server to the disk. */
export const fetchingTime = ({ fetching = DEFAULT_FETCHING }: Preparation): number => fetching;

/** Milliseconds until the server begins to move bytes. */
export const leadTime = (preparation: Preparation): number => {
  const phases = phasesOf(preparation);
  const first = phases.findIndex(({ status }) => status === 'PREPARING');
  return phases.slice(0, first === -1 ? undefined : first).reduce((time, { lasts }) => time + lasts, 0);
};

/**
 * The step that a preparation has reached.
 *
 * @param elapsed - Milliseconds since it was asked for; `undefined` if it never was.
 * @param size - The file's, in bytes.
 * @param fetching - Milliseconds that the file takes to the disk first.
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
  const whole = preparingTime(phases, Number.POSITIVE_INFINITY);
  const moved = preparingTime(phases, elapsed);
  // One that fails does so half way.
  const reach = outcome === 'ERROR' ? size / 2 : size;
  const status = statusAt(phases, elapsed) ?? outcome;
  const isOver = moved === whole && status === outcome;
  return { status, bytesTransferred: bytesMove ? Math.floor(isOver ? reach : (reach * moved) / (whole || 1)) : 0 };
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

/** Milliseconds of `PREPARING` among the first of all. */
const preparingTime = (phases: readonly PreparationPhase[], elapsed: number): number => {
  let begin = 0;
  let time = 0;
  for (const { status, lasts } of phases) {
    if (status === 'PREPARING') time += Math.min(lasts, Math.max(0, elapsed - begin));
    begin += lasts;
  }
  return time;
};
