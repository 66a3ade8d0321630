/** What the page is connected to: the vCenter of its server, or a simulated one. */

import { vcenter, type VCenter } from 'rx-content-library';
import type { DashboardInfo } from '../../shared/dashboard-info.ts';
import { createSimulation, type Simulation } from './simulation.ts';

/** What the page is connected to. */
export interface Connection {
  readonly info: DashboardInfo;
  /** Returns the connection for the login of the server. */
  readonly connectWith: (info: DashboardInfo) => VCenter;
  /** Set if the page simulates the vCenter. */
  readonly simulation?: Simulation;
}

const fallback: DashboardInfo = { mode: 'simulator', loggedIn: true, version: '' };

/** Asks the server of the page; without one, the page simulates a vCenter. */
export const connect = async (): Promise<Connection> => {
  const info = await readInfo();
  if (info.mode === 'vcenter') return { info, connectWith: throughServer };
  const simulation = createSimulation();
  return { info: { ...info, loggedIn: true }, connectWith: () => simulation.vc, simulation };
};

/** The server replaces the session id by that of the login. */
const throughServer = ({ dialect }: DashboardInfo): VCenter => {
  const { origin } = location;
  const credentials = { sessionId: 'held-by-the-server' };
  return vcenter({ server: `${origin}/vcenter`, downloadHost: origin, credentials, dialect });
};

/** Returns what the server of the page states about itself; without one, that the page simulates a vCenter. */
export const readInfo = async (): Promise<DashboardInfo> => {
  try {
    const response = await fetch('dashboard.json', { cache: 'no-store' });
    return response.ok ? ((await response.json()) as DashboardInfo) : fallback;
  } catch {
    return fallback;
  }
};
