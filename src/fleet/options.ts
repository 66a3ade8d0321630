/** Options of a fleet. */

import type { LibraryItem, MirrorDownloadOptions, MirrorTarget, VCenterOptions } from '../index.ts';
import { assertKnownOptions, type OptionNames } from '../options/index.ts';

/** A vCenter, and how many of its items are downloaded at the same time. */
export interface FleetSite {
  /** Name of the site; mirrors refer to it. */
  readonly name: string;
  /** Returns the options of a connection. Called once by each worker, which has one login. */
  readonly connect: () => VCenterOptions;
  /**
   * Maximum number of items of this site that are downloaded at the same time, by all workers together. A positive integer.
   * @default 2
   */
  readonly items?: number | undefined;
}

/** Options of `work`. */
export interface FleetWorkOptions {
  /** The sites that the worker can connect to. */
  readonly sites: readonly FleetSite[];
  /** The targets that the worker can write to, by name; mirrors refer to the names. */
  readonly targets: Readonly<Record<string, MirrorTarget>>;
  /**
   * Maximum number of items that the worker downloads at the same time, of all sites. A positive integer.
   * @default 4
   */
  readonly slots?: number | undefined;
  /**
   * Name of the worker. No other worker of the fleet may have it.
   * @default 'worker-1', 'worker-2' …
   */
  readonly name?: string | undefined;
  /**
   * How often a job is started before it has failed, if its errors are transient. A positive integer. The retries of each download come in
   * addition.
   * @default 3
   */
  readonly attempts?: number | undefined;
  /**
   * Milliseconds before the second attempt; doubled before each further one, up to an hour.
   * @default 30_000
   */
  readonly retryDelay?: number | undefined;
  /** Options of the downloads: `concurrency` is the number of connections for each item. */
  readonly download?: MirrorDownloadOptions | undefined;
}

const WORK_OPTIONS: OptionNames<FleetWorkOptions> = {
  sites: true,
  targets: true,
  slots: true,
  name: true,
  attempts: true,
  retryDelay: true,
  download: true,
};

const SITE_OPTIONS: OptionNames<FleetSite> = { name: true, connect: true, items: true };

/** A library of a site that is mirrored to a target. */
export interface FleetMirror {
  /** Name of the mirror. Mirrors of a fleet that run at the same time have different names. */
  readonly name: string;
  /** Name of the site. */
  readonly site: string;
  readonly libraryId: string;
  /** Name of the target. */
  readonly target: string;
  /**
   * Returns true for the items to mirror.
   * @default all items
   */
  readonly include?: ((item: LibraryItem) => boolean) | undefined;
  /**
   * Milliseconds from one comparison of the library with the target to the next.
   * @default they are compared once
   */
  readonly every?: number | undefined;
}

const MIRROR_OPTIONS: OptionNames<FleetMirror> = {
  name: true,
  site: true,
  libraryId: true,
  target: true,
  include: true,
  every: true,
};

/** A site with the default of `items`. */
export interface ResolvedSite {
  readonly name: string;
  readonly connect: () => VCenterOptions;
  readonly items: number;
}

/** The options with their defaults. */
export interface ResolvedWorkOptions {
  readonly sites: readonly ResolvedSite[];
  readonly targets: Readonly<Record<string, MirrorTarget>>;
  readonly slots: number;
  readonly name: string;
  readonly attempts: number;
  readonly retryDelay: number;
  readonly download: MirrorDownloadOptions;
}

/**
 * Checks the options of `work` and adds the defaults.
 *
 * @throws TypeError if one is unknown or invalid.
 */
export const resolveWorkOptions = (options: FleetWorkOptions, defaultName: string): ResolvedWorkOptions => {
  assertKnownOptions(options, WORK_OPTIONS);
  const { sites, targets, slots = 4, name = defaultName, attempts = 3, retryDelay = 30_000, download = {} } = options;
  if (!Array.isArray(sites)) throw new TypeError('Invalid option sites: expected an array of sites.');
  if (typeof targets !== 'object' || targets === null)
    throw new TypeError("Invalid option targets: expected targets by name, such as { nas: toTree('/mnt/mirror') }.");
  assertCount('slots', slots);
  assertCount('attempts', attempts);
  if (!(retryDelay >= 0)) throw new TypeError(`Invalid option retryDelay: expected milliseconds from 0, got ${retryDelay}.`);
  assertNames(
    'sites',
    sites.map((site: FleetSite) => site.name),
  );
  const resolved = sites.map((site: FleetSite) => {
    assertKnownOptions(site, SITE_OPTIONS, 'sites');
    const { items = 2 } = site;
    assertCount('items', items);
    return { name: site.name, connect: site.connect, items };
  });
  return { sites: resolved, targets, slots, name, attempts, retryDelay, download };
};

/** @throws TypeError if an option is unknown or invalid. */
export const assertMirror = (mirror: FleetMirror): void => {
  assertKnownOptions(mirror, MIRROR_OPTIONS);
  for (const option of ['name', 'site', 'libraryId', 'target'] as const)
    if (typeof mirror[option] !== 'string' || mirror[option] === '')
      throw new TypeError(`Invalid option ${option}: expected a text that is not empty.`);
  if (mirror.every !== undefined && !(mirror.every > 0))
    throw new TypeError(`Invalid option every: expected milliseconds above 0, got ${mirror.every}.`);
};

const assertCount = (option: string, value: number): void => {
  if (!Number.isInteger(value) || value < 1)
    throw new TypeError(`Invalid option ${option}: expected a positive integer, got ${value}.`);
};

const assertNames = (option: string, names: readonly string[]): void => {
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new TypeError(`Invalid option ${option}: the name ${repeated} is there twice.`);
};
