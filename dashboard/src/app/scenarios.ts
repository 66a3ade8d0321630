/** What the simulated vCenter of the page can do wrong, and how: the switches of the settings. */

import type { ScenarioChanges } from 'rx-content-library/simulator';

/** The id of a scenario. */
export type ScenarioId = 'slow' | 'failing-preparation' | 'truncated' | 'lease-lost' | 'certificate';

/** A scenario that can be switched on while exports run. */
export interface SimulatedScenario {
  readonly id: ScenarioId;
  readonly name: string;
  /** What it changes, and what an export does then. */
  readonly description: string;
}

/** All scenarios, in the order of the settings. */
export const SCENARIOS: readonly SimulatedScenario[] = [
  {
    id: 'slow',
    name: 'Slow server',
    description: 'Each preparation takes 20 seconds, and each connection transfers 500 kB a second. Exports take longer.',
  },
  {
    id: 'failing-preparation',
    name: 'Failing preparation',
    description: 'The server cannot prepare any file. Exports fail with its message; retry them once this is off.',
  },
  {
    id: 'truncated',
    name: 'Truncated transfers',
    description: 'Every connection ends after 3 MB without an error. Exports request the rest of the file.',
  },
  {
    id: 'lease-lost',
    name: 'Lost download session',
    description: 'The server loses the session of one transfer, once. The export creates another one, and continues its file.',
  },
  {
    id: 'certificate',
    name: 'Wrong certificate',
    description: 'The server states the thumbprint of another certificate. Exports fail before they receive any bytes.',
  },
];

/** Bytes that a connection transfers before the server ends it, or loses its session. */
const CUT = 3_000_000;

/** Returns the behavior of the simulator with these scenarios. */
export const scenarioWith = (active: ReadonlySet<ScenarioId>): ScenarioChanges => {
  const isSlow = active.has('slow');
  return {
    preparation: {
      ...(isSlow ? { requested: 4000, preparing: 16_000 } : { requested: 800, preparing: 4000 }),
      outcome: active.has('failing-preparation') ? 'ERROR' : 'PREPARED',
    },
    data: { bytesPerSecond: isSlow ? 500_000 : 4_000_000 },
    faults: [
      ...(active.has('lease-lost') ? [{ operation: 'data', kind: 'session-lost', at: CUT, times: 1 } as const] : []),
      ...(active.has('truncated') ? [{ operation: 'data', kind: 'truncate', shape: 'close', at: CUT } as const] : []),
      ...(active.has('certificate') ? [{ operation: '*', kind: 'certificate' } as const] : []),
    ],
  };
};
