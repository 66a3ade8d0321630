/** Creates the simulator of the inventory and scenario files of `simulate`. */

import { createSimulator, type Inventory, type Scenario, type Simulator, type SimulatorOptions } from '../../simulator/index.ts';
import { messageOf, usageError } from '../command-error.ts';
import { readTextFile } from '../settings/text-file.ts';

/** Paths of JSON files. */
export interface SimulatorFiles {
  readonly inventory?: string;
  readonly scenario?: string;
}

/** Creates a simulator. Throws a usage error that names the file and the place if the simulator refuses its content. */
export const createSimulatorFromFiles = (files: SimulatorFiles, options: SimulatorOptions): Simulator => {
  const inventory = files.inventory === undefined ? undefined : (readJson(files.inventory) as Inventory);
  const scenario = files.scenario === undefined ? undefined : (readJson(files.scenario) as Scenario);
  try {
    return createSimulator({ ...options, inventory, scenario });
  } catch (thrown) {
    const withPath = (_: string, kind: keyof SimulatorFiles): string => `${files[kind]} is invalid: `;
    throw usageError(messageOf(thrown).replace(/^Invalid (inventory|scenario): /, withPath));
  }
};

const readJson = (path: string): unknown => {
  const content = readTextFile(path, path);
  try {
    return JSON.parse(content);
  } catch (error) {
    throw usageError(`${path} is not valid JSON: ${messageOf(error)}`);
  }
};
