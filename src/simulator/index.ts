/** A simulated vCenter in memory, for tests, demonstrations and offline work. */

export { createSimulator, type ScenarioChanges, type Simulator } from './simulator.ts';
export type { SimulatedDownloadFile, SimulatedDownloadSession } from './download-session-view.ts';
export type { SimulatedRequest } from './http/handle-request.ts';
export type { CreateHash, SimulatedCertificate, SimulatedUser, SimulatorClock, SimulatorOptions } from './options/options.ts';
export type {
  Inventory,
  InventoryChange,
  InventoryFile,
  InventoryFileFacts,
  InventoryItem,
  InventoryLibrary,
  InventorySubscription,
} from './options/inventory.ts';
export type {
  ContentChange,
  ContentChangeAtBytes,
  ContentChangeAtTime,
  ContentChangeFacts,
  DataService,
  Dialect,
  Preparation,
  PreparationPhase,
  PreparationStage,
  Scenario,
  SessionLifetimes,
  VCenterVersion,
} from './options/scenario.ts';
export type { Assumptions, DownloadRestriction } from './options/assumptions.ts';
export type {
  BodyFault,
  CertificateFault,
  ConnectionFault,
  CorruptFault,
  DisconnectFault,
  ErrorType,
  Fault,
  FaultTarget,
  HangFault,
  LatencyFault,
  LostSessionFault,
  MalformedFault,
  PageFault,
  RangeFault,
  RedirectFault,
  RefusalFault,
  ResponseFault,
  SessionFault,
  SessionLimitFault,
  TruncationFault,
  TruncationShape,
  VerbatimResponse,
} from './options/faults.ts';
