/** The complete state of a simulated vCenter. */

import type { Assumptions } from '../options/assumptions.ts';
import { defaultInventory } from '../options/default-inventory.ts';
import type { SimulatedCertificate, SimulatedUser, SimulatorClock, SimulatorOptions } from '../options/options.ts';
import type { Scenario, VCenterVersion } from '../options/scenario.ts';
import { createApiSessions, type ApiSessions } from './api-sessions.ts';
import { createCatalog, type Catalog } from './catalog.ts';
import { createChecksums, type Checksums } from './checksums.ts';
import { createContentChanges, type ContentChanges } from './content-changes.ts';
import { createDownloadSessions, type DownloadSessions, type SessionFile } from './download-sessions.ts';
import { createIds } from './seeded-random.ts';
import { createTurns, type Turns } from './turns.ts';

/** The complete state of a simulated vCenter. */
export interface SimulatedVCenter {
  readonly clock: SimulatorClock;
  /** Milliseconds since 1970; the date of everything in the initial inventory. */
  readonly startedAt: number;
  readonly serverGuid: string;
  /** Realm in the challenge of a failed login. */
  readonly realm: string;
  /** Id of the datastore's volume in storage URIs. */
  readonly volume: string;
  readonly users: readonly SimulatedUser[];
  /** Certificate that download endpoints declare. */
  readonly certificate: SimulatedCertificate;
  readonly scenario: Scenario;
  readonly version: VCenterVersion;
  readonly assumptions: Assumptions;
  readonly catalog: Catalog;
  readonly checksums: Checksums;
  readonly contentChanges: ContentChanges;
  readonly turns: Turns;
  readonly apiSessions: ApiSessions;
  /** Sessions of the SOAP API. */
  readonly soapSessions: ApiSessions;
  readonly downloadSessions: DownloadSessions;
  readonly traffic: {
    /** Number of file bytes served. */
    bytes: number;
  };
  /** Number of responses that omitted the checksum of a downloaded file. */
  readonly responsesWithoutChecksum: WeakMap<SessionFile, number>;
}

const defaultUsers: readonly SimulatedUser[] = [{ username: 'administrator@vsphere.local', password: 'secret' }];

/** Creates the initial state. */
export const createSimulatedVCenter = (options: SimulatorOptions): SimulatedVCenter => {
  const { inventory = defaultInventory, scenario = {}, users = defaultUsers, clock = Date, seed = 1, createHash } = options;
  const ids = createIds(seed);
  const startedAt = clock.now();
  const turns = createTurns();
  // The order of the ids is part of what a seed determines.
  const [serverGuid, realm, volume] = [ids.uuid(), ids.hex(40), ids.uuid()];
  const catalog = createCatalog(inventory, ids, seed, startedAt);
  return {
    clock,
    startedAt,
    serverGuid,
    realm,
    volume,
    users,
    certificate: options.certificate ?? {},
    scenario,
    version: scenario.version ?? '8.0',
    assumptions: scenario.assumptions ?? {},
    catalog,
    checksums: createChecksums(scenario.checksums ?? 'SHA1', turns, createHash),
    contentChanges: createContentChanges(scenario.contentChanges ?? [], catalog, clock, seed),
    turns,
    apiSessions: createApiSessions(ids, clock, scenario.leases),
    soapSessions: createApiSessions(ids, clock, scenario.leases),
    downloadSessions: createDownloadSessions(ids, clock, scenario.leases),
    traffic: { bytes: 0 },
    responsesWithoutChecksum: new WeakMap(),
  };
};
