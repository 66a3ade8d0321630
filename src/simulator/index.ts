/** A vCenter in memory, for tests, demonstrations and offline work. */

export { createSimulator, type SimulatedDownloadSession, type Simulator } from './simulator.ts';
export type { SimulatorOptions } from './options/simulator-options.ts';
export type { SimulatedRequest } from './http/exchange.ts';
export type { Dialect } from './http/router.ts';
export type { Inventory, InventoryFile, InventoryItem, InventoryLibrary } from './options/inventory.ts';
export type { Fault, Preparation, Scenario } from './options/scenario.ts';
export type { User } from './options/user.ts';
export type { Clock } from './options/clock.ts';
export type { CreateHash } from './options/create-hash.ts';
