/** The download sessions of a simulated vCenter, which live for a while after the last activity. */

import type { DownloadSessionState, EndpointType, LocalizableMessage } from '../../model/index.ts';
import type { SimulatedUser, SimulatorClock } from '../options/options.ts';
import type { SessionLifetimes } from '../options/scenario.ts';
import type { StoredFile, StoredItem } from './catalog.ts';
import type { Ids } from './seeded-random.ts';

/** Milliseconds. */
const DEFAULT_LIFETIME = 5 * 60_000;

/** A file of a session. */
export interface SessionFile {
  readonly stored: StoredFile;
  /** When it was asked for, in milliseconds since 1970, and how; not set before. */
  prepared: { readonly at: number; readonly endpointType: EndpointType } | undefined;
  /** Whether its last byte was served. */
  endServed: boolean;
  /** Whether all its bytes were served once. */
  served: boolean;
  /** How many bytes of it were served, those that were served twice counted twice. */
  bytesServed: number;
}

/** A download session. */
export interface DownloadSession {
  readonly id: string;
  /** The part of its data links that nobody can guess, not even from the id. */
  readonly dataKey: string;
  readonly item: StoredItem;
  /** The item's when the session was created. */
  readonly contentVersion: string;
  readonly owner: SimulatedUser;
  readonly files: ReadonlyMap<string, SessionFile>;
  state: DownloadSessionState;
  /** With `ERROR`. */
  errorMessage: LocalizableMessage | undefined;
  /** 0 to 100. */
  clientProgress: number;
  /** Milliseconds since 1970. */
  expiresAt: number;
}

/** The sessions that were neither deleted nor have expired. */
export interface DownloadSessions {
  /** Opens a session; with a client token that this user has sent before, it is the same session as then. */
  readonly create: (item: StoredItem, owner: SimulatedUser, clientToken: string | undefined) => DownloadSession;
  readonly all: () => readonly DownloadSession[];
  readonly find: (id: string) => DownloadSession | undefined;
  readonly findByDataKey: (dataKey: string) => DownloadSession | undefined;
  /** Notes activity: the lease starts again, unless the session has ended. */
  readonly touch: (session: DownloadSession) => void;
  /** Ends a session, which stays for a while. */
  readonly end: (session: DownloadSession, state: 'CANCELED' | 'ERROR') => void;
  readonly remove: (session: DownloadSession) => void;
}

/** Starts without any session. */
export const createDownloadSessions = (ids: Ids, clock: SimulatorClock, leases: SessionLifetimes = {}): DownloadSessions => {
  const { downloadSession: lease = DEFAULT_LIFETIME, endedDownloadSession: stay = DEFAULT_LIFETIME } = leases;
  const sessions = new Map<string, DownloadSession>();
  const byClientToken = new Map<string, string>();
  // Behind the colon stands the management node, as in the ids that real servers have given.
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
    const known = token === undefined ? undefined : find(byClientToken.get(token) ?? '');
    if (known !== undefined) return known;
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
      expiresAt: clock.now() + lease,
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
      if (session.state === 'ACTIVE') session.expiresAt = clock.now() + lease;
    },
    end: (session, state) => {
      session.state = state;
      session.expiresAt = clock.now() + stay;
    },
    remove: (session) => void sessions.delete(session.id),
  };
};
