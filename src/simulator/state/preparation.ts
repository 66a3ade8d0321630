/** How far the preparation of a file is, as a function of the time that has passed since it was asked for. */

import type { PrepareStatus } from '../../model.ts';
import type { Preparation, Scenario } from '../options/scenario.ts';

/** Milliseconds. */
const defaultRequested = 200;

/** Milliseconds. */
const defaultPreparing = 600;

/** How far a preparation is. */
export interface PreparationStep {
  readonly status: PrepareStatus;
  /** Bytes. */
  readonly bytesTransferred: number;
}

/** What the scenario says of a file. */
export const preparationOf = (scenario: Scenario, fileName: string): Preparation => ({
  ...scenario.preparation,
  // A file may well be called `constructor`: only the scenario's own entries count.
  ...(scenario.files !== undefined && Object.hasOwn(scenario.files, fileName) ? scenario.files[fileName] : {}),
});

/**
 * The step that a preparation has reached.
 *
 * @param elapsed - Milliseconds since it was asked for; `undefined` if it never was.
 * @param size - The file's, in bytes.
 */
export const preparationStep = (preparation: Preparation, elapsed: number | undefined, size: number): PreparationStep => {
  const { requested = defaultRequested, preparing = defaultPreparing, outcome = 'PREPARED' } = preparation;
  // One that fails does so half way.
  const reach = outcome === 'ERROR' ? size / 2 : size;
  if (elapsed === undefined) return { status: 'UNPREPARED', bytesTransferred: 0 };
  if (elapsed < requested) return { status: 'PREPARE_REQUESTED', bytesTransferred: 0 };
  if (elapsed < requested + preparing)
    return { status: 'PREPARING', bytesTransferred: Math.floor((reach * (elapsed - requested)) / preparing) };
  return { status: outcome, bytesTransferred: Math.floor(reach) };
};
