/** Everything that a simulated vCenter knows. */

import type { SimulatedCertificate } from '../options/certificate.ts';
import type { SimulatorClock } from '../options/clock.ts';
import { defaultInventory } from '../options/default-inventory.ts';
import type { Scenario } from '../options/scenario.ts';
import type { SimulatorOptions } from '../options/simulator-options.ts';
import type { Assumptions } from '../options/assumptions.ts';
import { defaultUsers, type SimulatedUser } from '../options/user.ts';
import type { VCenterVersion } from '../options/version.ts';
import { apiSessions, type ApiSessions } from './api-sessions.ts';
import { catalogue, type Catalogue } from './catalogue.ts';
import { checksums, type Checksums } from './checksums.ts';
import { downloadSessions, type DownloadSessions, type SessionFile } from './download-sessions.ts';
import { identities } from './identities.ts';
import type { Traffic } from './traffic.ts';

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
  readonly catalogue: Catalogue;
  readonly checksums: Checksums;
  readonly apiSessions: ApiSessions;
  /** The logins of the SOAP API. */
  readonly soapSessions: ApiSessions;
  readonly downloadSessions: DownloadSessions;
  readonly traffic: Traffic;
  /** How many answers came without the checksum of a file that was downloaded. */
  readonly answersWithoutChecksum: WeakMap<SessionFile, number>;
}

/** Sets up a vCenter as it is when it has just started. */
export const simulatedVCenter = (options: SimulatorOptions): SimulatedVCenter => {
  const { inventory = defaultInventory, scenario = {}, users = defaultUsers, clock = Date, seed = 1, createHash } = options;
  const ids = identities(seed);
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
    catalogue: catalogue(inventory, ids, seed, startedAt),
    checksums: checksums(scenario.checksums ?? 'SHA1', createHash),
    apiSessions: apiSessions(ids, clock, scenario.leases),
    soapSessions: apiSessions(ids, clock, scenario.leases),
    downloadSessions: downloadSessions(ids, clock, scenario.leases),
    traffic: { bytes: 0 },
    answersWithoutChecksum: new WeakMap(),
  };
};
