/** Download sessions of a simulated vCenter, which expire after inactivity. */

import type { DownloadSessionState, EndpointType, LocalizableMessage } from '../../model/index.ts';
import type { SimulatedUser, SimulatorClock } from '../options/options.ts';
import type { Preparation, SessionLifetimes } from '../options/scenario.ts';
import type { StoredFile, StoredItem } from './catalog.ts';
import type { Ids } from './seeded-random.ts';

/** Milliseconds. */
const DEFAULT_LIFETIME = 5 * 60_000;

/** A request to prepare a file. */
export interface PrepareRequest {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly endpointType: EndpointType;
  /** The settings at that time: a later change of the scenario has no effect on them. */
  readonly preparation: Preparation;
}

/** A file of a session. */
export interface SessionFile {
  readonly stored: StoredFile;
  /** The prepare request; not set before. */
  prepared: PrepareRequest | undefined;
  /** True if the last byte was served. */
  endServed: boolean;
  /** True if all bytes were served at least once. */
  served: boolean;
  /** Number of bytes served, including repeated ones. */
  bytesServed: number;
}

/** A download session. */
export interface DownloadSession {
  readonly id: string;
  /** Secret part of the data links, unrelated to the id. */
  readonly dataKey: string;
  readonly item: StoredItem;
  /** Content version of the item when the session was created. */
  readonly contentVersion: string;
  readonly owner: SimulatedUser;
  readonly files: ReadonlyMap<string, SessionFile>;
  state: DownloadSessionState;
  /** Only with the state `ERROR`. */
  errorMessage: LocalizableMessage | undefined;
  /** 0 to 100. */
  clientProgress: number;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** The download sessions that were neither deleted nor have expired. */
export interface DownloadSessions {
  /** Creates a session. If the user has sent the same client token before, it returns the session from then. */
  readonly create: (item: StoredItem, owner: SimulatedUser, clientToken: string | undefined) => DownloadSession;
  readonly all: () => readonly DownloadSession[];
  readonly find: (id: string) => DownloadSession | undefined;
  readonly findByDataKey: (dataKey: string) => DownloadSession | undefined;
  /** Extends the session, unless it has ended. */
  readonly touch: (session: DownloadSession) => void;
  /** Ends a session, which is removed later. */
  readonly end: (session: DownloadSession, state: 'CANCELED' | 'ERROR') => void;
  readonly remove: (session: DownloadSession) => void;
}

/** Creates an empty set of download sessions. */
export const createDownloadSessions = (ids: Ids, clock: SimulatorClock, leases: SessionLifetimes = {}): DownloadSessions => {
  const { downloadSession: lifetime = DEFAULT_LIFETIME, endedDownloadSession: endedLifetime = DEFAULT_LIFETIME } = leases;
  const sessions = new Map<string, DownloadSession>();
  const byClientToken = new Map<string, string>();
  // As in the ids of real servers, the management node follows the colon.
  const node = ids.uuid();
  const find = (id: string): DownloadSession | undefined => {
    const session = sessions.get(id);
    if (session === undefined || clock.now() < session.expiresAt) return session;
    sessions.delete(id);
    return undefined;
  };
  const all = () => [...sessions.keys()].map(find).filter((session) => session !== undefined);
  const create: DownloadSessions['create'] = (item, owner, clientToken) => {
    const token = clientToken === undefined ? undefined : `${owner.username} ${clientToken.toLowerCase()}`;
    const existing = token === undefined ? undefined : find(byClientToken.get(token) ?? '');
    if (existing !== undefined) return existing;
    const session: DownloadSession = {
      id: `${ids.uuid()}:${node}`,
      dataKey: ids.hex(32),
      item,
      contentVersion: item.contentVersion,
      owner,
      files: new Map(
        item.files.map((stored) => [
          stored.name,
          { stored, prepared: undefined, endServed: false, served: false, bytesServed: 0 },
        ]),
      ),
      state: 'ACTIVE',
      errorMessage: undefined,
      clientProgress: 0,
      expiresAt: clock.now() + lifetime,
    };
    sessions.set(session.id, session);
    if (token !== undefined) byClientToken.set(token, session.id);
    return session;
  };
  return {
    create,
    all,
    find,
    findByDataKey: (dataKey) => all().find((session) => session.dataKey === dataKey),
    touch: (session) => {
      if (session.state === 'ACTIVE') session.expiresAt = clock.now() + lifetime;
    },
    end: (session, state) => {
      session.state = state;
      session.expiresAt = clock.now() + endedLifetime;
    },
    remove: (session) => void sessions.delete(session.id),
  };
};
