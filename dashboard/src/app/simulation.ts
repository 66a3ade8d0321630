/** The simulated vCenter of the page, and its scenarios. */

import { signal, type Signal } from '@angular/core';
import { TlsError, vcenter, type VCenter } from 'rx-content-library';
import { createSimulator, type Simulator } from 'rx-content-library/simulator';
import { inventory } from './inventory.ts';
import { scenarioWith, type ScenarioId } from './scenarios.ts';

/** A simulated vCenter whose scenarios can be switched. */
export interface Simulation {
  readonly vc: VCenter;
  readonly username: string;
  /** The scenarios that are on. */
  readonly active: Signal<ReadonlySet<ScenarioId>>;
  /** Switches a scenario on or off, for requests from now on. */
  readonly toggle: (id: ScenarioId) => void;
}

const SERVER = 'https://simulated.example.com';

const USERNAME = 'administrator@vsphere.local';

/** The certificate that the simulated server has. */
const THUMBPRINT = '5D:11:0A:7B:93:E2:4C:08:F6:61:2E:B4:9A:D3:77:1F:C8:45:30:AE';

/** Creates a simulated vCenter without scenarios. */
export const createSimulation = (): Simulation => {
  const active = signal<ReadonlySet<ScenarioId>>(new Set());
  const { preparation = {}, data = {} } = scenarioWith(active());
  const simulator = createSimulator({ inventory, scenario: { preparation, data }, certificate: { thumbprint: THUMBPRINT } });
  const credentials = { username: USERNAME, password: 'secret' };
  return {
    vc: vcenter({ server: SERVER, credentials, fetch: withCertificate(simulator) }),
    username: USERNAME,
    active: active.asReadonly(),
    toggle: (id) => {
      const next = new Set(active());
      if (!next.delete(id)) next.add(id);
      simulator.setScenario(scenarioWith(next));
      active.set(next);
    },
  };
};

/** Compares the certificate that vCenter states for a link with that of the server, as `nodeFetch` does. A browser does so itself. */
const withCertificate = ({ fetch }: Simulator) =>
  Object.assign((input: Request | URL | string, init?: RequestInit) => fetch(input, init), {
    pinned:
      ({ thumbprint }: { readonly thumbprint?: string }): typeof globalThis.fetch =>
      async (input, init) => {
        if (thumbprint === THUMBPRINT) return fetch(input, init);
        const { host } = new URL(input instanceof Request ? input.url : input);
        throw new TlsError({ host, code: 'THUMBPRINT_MISMATCH', expected: thumbprint, presented: THUMBPRINT });
      },
  });
