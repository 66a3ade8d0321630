/** How a simulated vCenter behaves, as plain data. */

import type { DataService } from './data-service.ts';
import type { Fault } from './fault.ts';
import type { SessionLifetimes } from './leases.ts';
import type { Preparation } from './preparation.ts';
import type { Assumptions } from './assumptions.ts';
import type { VCenterVersion } from './version.ts';

/** How a simulated vCenter behaves. */
export interface Scenario {
  /** @default `'8.0'` */
  readonly version?: VCenterVersion;
  /** How the preparation of every file goes. */
  readonly preparation?: Preparation;
  /** How the preparation of single files goes, by file name; what is said here wins over `preparation`, field by field. */
  readonly files?: Readonly<Record<string, Preparation>>;
  /**
   * The algorithm of the checksums that are stated, or `'none'` for a server that states none.
   *
   * @default `'SHA1'`
   */
  readonly checksums?: 'SHA1' | 'SHA256' | 'MD5' | 'none';
  /** How long sessions live. */
  readonly leases?: SessionLifetimes;
  /** How the bytes of files are served. */
  readonly data?: DataService;
  /** What the documents leave open. */
  readonly assumptions?: Assumptions;
  /**
   * What goes wrong. Where several fit a request, the first of the list answers.
   *
   * @default nothing
   */
  readonly faults?: readonly Fault[];
}
