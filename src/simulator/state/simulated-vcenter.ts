/** Everything that a simulated vCenter knows. */

import type { Assumptions } from '../options/assumptions.ts';
import { defaultInventory } from '../options/default-inventory.ts';
import {
  defaultUsers,
  type SimulatedCertificate,
  type SimulatedUser,
  type SimulatorClock,
  type SimulatorOptions,
} from '../options/options.ts';
import type { Scenario, VCenterVersion } from '../options/scenario.ts';
import { type ApiSessions, createApiSessions } from './api-sessions.ts';
import { type Catalog, createCatalog } from './catalog.ts';
import { type Checksums, createChecksums } from './checksums.ts';
import { createDownloadSessions, type DownloadSessions, type SessionFile } from './download-sessions.ts';
import { createIds } from './seeded-random.ts';

/** Everything that a simulated vCenter knows. */
export interface SimulatedVCenter {
  readonly clock: SimulatorClock;
  /** Milliseconds since 1970; the date of everything that was there from the beginning. */
  readonly startedAt: number;
  readonly serverGuid: string;
  /** Of the challenge that a refused login is answered with. */
  readonly realm: string;
  /** The id of the datastore's volume, as direct links have it. */
  readonly volume: string;
  readonly users: readonly SimulatedUser[];
  /** What the endpoints state. */
  readonly certificate: SimulatedCertificate;
  readonly scenario: Scenario;
  readonly version: VCenterVersion;
  readonly assumptions: Assumptions;
  readonly catalog: Catalog;
  readonly checksums: Checksums;
  readonly apiSessions: ApiSessions;
  /** The logins of the SOAP API. */
  readonly soapSessions: ApiSessions;
  readonly downloadSessions: DownloadSessions;
  readonly traffic: Traffic;
  /** How many answers came without the checksum of a file that was downloaded. */
  readonly responsesWithoutChecksum: WeakMap<SessionFile, number>;
}

/** Sets up a vCenter as it is when it has just started. */
export const createSimulatedVCenter = (options: SimulatorOptions): SimulatedVCenter => {
  const { inventory = defaultInventory, scenario = {}, users = defaultUsers, clock = Date, seed = 1, createHash } = options;
  const ids = createIds(seed);
  const startedAt = clock.now();
  return {
    clock,
    startedAt,
    serverGuid: ids.uuid(),
    realm: ids.hex(40),
    volume: ids.uuid(),
    users,
    certificate: options.certificate ?? {},
    scenario,
    version: scenario.version ?? '8.0',
    assumptions: scenario.assumptions ?? {},
    catalog: createCatalog(inventory, ids, seed, startedAt),
    checksums: createChecksums(scenario.checksums ?? 'SHA1', createHash),
    apiSessions: createApiSessions(ids, clock, scenario.leases),
    soapSessions: createApiSessions(ids, clock, scenario.leases),
    downloadSessions: createDownloadSessions(ids, clock, scenario.leases),
    traffic: { bytes: 0 },
    responsesWithoutChecksum: new WeakMap(),
  };
};

/** How much a simulated vCenter has served since it was started. */
export interface Traffic {
  /** Of files, whoever took them. */
  bytes: number;
}
