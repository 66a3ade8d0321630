/** The data of the page: a vCenter or a simulated one, and the exports of the page or of its server. */

import { computed, signal, type Signal } from '@angular/core';
import { isContentLibraryError, type VCenter } from 'rx-content-library';
import type { DashboardInfo } from '../../shared/dashboard-info.ts';
import { applyChanges, type ExportChanges, type ExportRow, type ExportsState } from '../../shared/exports.ts';
import { readInfo, type Connection } from './connection.ts';
import { openPageExports, type PageExports } from './page-exports.ts';
import type { Simulation } from './simulation.ts';

/** What can be done with an export. */
export type ExportAction = 'cancel' | 'pause' | 'resume' | 'retry' | 'remove';

/** Exports, wherever they run. */
interface ExportsSource {
  /** Called once a user is logged in. */
  readonly open: () => Promise<void>;
  /** Passes the files of an export to the downloads of the browser, if the page has them. */
  readonly save: (row: ExportRow) => Promise<void>;
  /** `only`: the names of the files to export; all if not set. */
  readonly add: (itemId: string, only?: readonly string[]) => Promise<void>;
  readonly act: (id: string, action: ExportAction) => Promise<void>;
}

/** Milliseconds until a refused connection is tried again. */
const RETRY_DELAY = 2000;

const EMPTY: ExportsState = {
  rows: [],
  totals: { counts: { waiting: 0, running: 0, paused: 0, saved: 0, failed: 0, cancelled: 0 }, received: 0, speed: 0 },
};

/** The data that all components share. */
export class Dashboard {
  readonly vc: Signal<VCenter>;
  readonly info: Signal<DashboardInfo>;
  readonly state: Signal<ExportsState>;
  /** False while the events of the server are interrupted. */
  readonly isLive: Signal<boolean>;
  /** False if a reload of the page loses its exports. */
  readonly isKept: Signal<boolean>;
  /** True if exports are saved by the server. */
  readonly isOnServer: boolean;
  /** Set if the page simulates the vCenter. */
  readonly simulation: Simulation | undefined;
  readonly #info;
  readonly #state = signal(EMPTY);
  readonly #isLive = signal(true);
  readonly #isKept = signal(true);
  #events: EventSource | undefined;
  #source: ExportsSource;

  constructor({ info, connectWith, simulation }: Connection) {
    this.simulation = simulation;
    this.#info = signal(info);
    const connected = computed(() => this.#info().dialect);
    this.vc = computed(() => {
      const dialect = connected();
      return connectWith(dialect === undefined ? info : { ...info, dialect });
    });
    this.info = this.#info.asReadonly();
    this.state = this.#state.asReadonly();
    this.isLive = this.#isLive.asReadonly();
    this.isKept = this.#isKept.asReadonly();
    this.isOnServer = info.directory !== undefined;
    this.#source = this.isOnServer ? this.#onServer() : this.#inPage();
    if (info.loggedIn) void this.#source.open();
  }

  add(itemId: string, only?: readonly string[]): Promise<void> {
    return this.#source.add(itemId, only);
  }

  /** Returns the message of an error. If the login has ended, the page shows the form for another one. */
  explain(thrown: unknown): string {
    if (isContentLibraryError(thrown) && thrown._tag === 'AuthenticationError') void this.#refreshInfo();
    return thrown instanceof Error ? thrown.message : String(thrown);
  }

  act(id: string, action: ExportAction): Promise<void> {
    return this.#source.act(id, action);
  }

  /** Saves the files of an export that the page has received with the downloads of the browser. */
  save(row: ExportRow): Promise<void> {
    return this.#source.save(row);
  }

  /** Returns the message of the vCenter if the login was rejected. */
  async logIn(username: string, password: string): Promise<string | undefined> {
    const response = await post('login', { username, password });
    if (response.status !== 204) return messageIn(response);
    await this.#refreshInfo();
    return undefined;
  }

  async logOut(): Promise<void> {
    await post('logout');
    location.reload();
  }

  #inPage(): ExportsSource {
    // Other rows than those of this user are never shown: a logout loads the page again.
    let opened: Promise<PageExports> | undefined;
    const open = (): Promise<PageExports> => (opened ??= openPageExports(this.vc(), this.#owner(), (state) => this.#show(state)));
    return {
      open: async () => {
        const { isKept } = await open();
        this.#isKept.set(isKept);
      },
      add: async (itemId, only) => void (await (await open()).exports.add(itemId, only)),
      act: async (id, action) => void (await open()).exports[action](id),
      save: async (row) => (await open()).save(row),
    };
  }

  #show(state: ExportsState): void {
    this.#state.set(state);
    if (state.rows.some(({ error }) => error?._tag === 'AuthenticationError')) void this.#refreshInfo();
  }

  /** Who has the exports of the page: item identifiers are those of one server. */
  #owner(): string {
    const { mode, server = '', username = '' } = this.#info();
    return mode === 'simulator' ? mode : `${server} ${username.toLowerCase()}`;
  }

  #onServer(): ExportsSource {
    const send = async (path: string, body?: unknown, method = 'POST'): Promise<void> => {
      const response = await post(path, body, method);
      if (response.status === 401) void this.#refreshInfo();
      if (!response.ok) throw new Error(await messageIn(response));
    };
    return {
      open: async () => this.#listen(),
      save: async () => undefined,
      add: (itemId, only) => send('exports', { itemId, ...(only === undefined ? {} : { files: only }) }),
      act: (id, action) => (action === 'remove' ? send(`exports/${id}`, undefined, 'DELETE') : send(`exports/${id}/${action}`)),
    };
  }

  /** Reads whether a user is logged in, and listens to the exports of the server if so. */
  async #refreshInfo(): Promise<void> {
    const info = await readInfo();
    // The simulator in the page is a fallback at the start only.
    if (info.mode !== this.#info().mode) return;
    this.#info.set(info);
    if (info.loggedIn) void this.#source.open();
  }

  /** The browser connects again by itself, and then receives the whole state, unless the server has refused the connection. */
  #listen(): void {
    this.#events?.close();
    const events = (this.#events = new EventSource('exports/events'));
    const receive = (type: string, next: (data: string) => ExportsState): void =>
      events.addEventListener(type, ({ data }: MessageEvent<string>) => this.#state.set(next(data)));
    receive('state', (data) => JSON.parse(data) as ExportsState);
    receive('changes', (data) => applyChanges(this.#state(), JSON.parse(data) as ExportChanges));
    events.onopen = () => this.#isLive.set(true);
    events.onerror = () => {
      this.#isLive.set(false);
      if (events.readyState === EventSource.CLOSED && events === this.#events)
        setTimeout(() => void this.#refreshInfo(), RETRY_DELAY);
    };
  }
}

const post = (path: string, body?: unknown, method = 'POST'): Promise<Response> =>
  fetch(path, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });

const messageIn = async (response: Response): Promise<string> => {
  const body = (await response.json().catch(() => ({}))) as { readonly message?: string };
  return body.message ?? `The server returned ${response.status}.`;
};
