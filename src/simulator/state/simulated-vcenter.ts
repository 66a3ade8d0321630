/** Everything that a simulated vCenter knows. */

import type { Clock } from '../options/clock.ts';
import { defaultInventory } from '../options/default-inventory.ts';
import type { Scenario } from '../options/scenario.ts';
import type { SimulatorOptions } from '../options/simulator-options.ts';
import { defaultUsers, type User } from '../options/user.ts';
import { apiSessions, type ApiSessions } from './api-sessions.ts';
import { catalogue, type Catalogue } from './catalogue.ts';
import { checksums, type Checksums } from './checksums.ts';
import { downloadSessions, type DownloadSessions } from './download-sessions.ts';
import { identities } from './identities.ts';

/** Everything that a simulated vCenter knows. */
export interface SimulatedVCenter {
  readonly clock: Clock;
  /** Milliseconds since 1970; the date of everything that was there from the beginning. */
  readonly startedAt: number;
  readonly serverGuid: string;
  /** Of the challenge that a refused login is answered with. */
  readonly realm: string;
  /** The id of the datastore's volume, as direct links have it. */
  readonly volume: string;
  readonly users: readonly User[];
  readonly scenario: Scenario;
  readonly catalogue: Catalogue;
  readonly checksums: Checksums;
  readonly apiSessions: ApiSessions;
  readonly downloadSessions: DownloadSessions;
}

/** Sets up a vCenter as it is when it has just started. */
export const simulatedVCenter = (options: SimulatorOptions): SimulatedVCenter => {
  const { inventory = defaultInventory, scenario = {}, users = defaultUsers, clock = Date, seed = 1, createHash } = options;
  const ids = identities(seed);
  return {
    clock,
    startedAt: clock.now(),
    serverGuid: ids.uuid(),
    realm: ids.hex(40),
    volume: ids.uuid(),
    users,
    scenario,
    catalogue: catalogue(inventory, ids, seed),
    checksums: checksums(scenario.checksums ?? 'SHA1', createHash),
    apiSessions: apiSessions(ids, clock),
    downloadSessions: downloadSessions(ids, clock),
  };
};
