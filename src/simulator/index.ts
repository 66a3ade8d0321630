/** A vCenter in memory, for tests, demonstrations and offline work. */

export { createSimulator, type Simulator } from './simulator.ts';
export type { SimulatedDownloadFile, SimulatedDownloadSession } from './download-session-view.ts';
export type { SimulatorOptions } from './options/simulator-options.ts';
export type { SimulatedRequest } from './http/exchange.ts';
export type { Dialect } from './options/dialect.ts';
export type { Inventory, InventoryLibrary, InventorySubscription } from './options/inventory.ts';
export type { InventoryChange, InventoryItem } from './options/inventory-item.ts';
export type { InventoryFile, InventoryFileFacts } from './options/inventory-file.ts';
export type { Scenario } from './options/scenario.ts';
export type { VCenterVersion } from './options/version.ts';
export type { Preparation, PreparationPhase, PreparationStage } from './options/preparation.ts';
export type { SessionLifetimes } from './options/leases.ts';
export type { DataService } from './options/data-service.ts';
export type { Assumptions, DownloadRestriction } from './options/assumptions.ts';
export type { Fault } from './options/fault.ts';
export type { FaultTarget } from './options/fault-target.ts';
export type {
  AnsweringFault,
  PageFault,
  RedirectFault,
  RefusalFault,
  SessionLimitFault,
  VerbatimAnswer,
} from './options/answering-fault.ts';
export type { BodyFault, CertificateFault, CorruptFault, MalformedFault, RangeFault } from './options/body-fault.ts';
export type {
  ConnectionFault,
  DisconnectFault,
  HangFault,
  LatencyFault,
  TruncationFault,
  TruncationShape,
} from './options/connection-fault.ts';
export type { LostSessionFault, SessionFault } from './options/session-fault.ts';
export type { ErrorType } from './options/error-type.ts';
export type { SimulatedUser } from './options/user.ts';
export type { SimulatedCertificate } from './options/certificate.ts';
export type { SimulatorClock } from './options/clock.ts';
export type { CreateHash } from './options/create-hash.ts';
