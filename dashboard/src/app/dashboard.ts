/** The data of the page: a vCenter or a simulated one, and the exports of the page or of its server. */

import { computed, signal, type Signal } from '@angular/core';
import { isContentLibraryError, toBlob, type BlobSink, type VCenter } from 'rx-content-library';
import type { DashboardInfo } from '../../shared/dashboard-info.ts';
import { createExportList, type Exports, type ExportTarget } from '../../shared/export-list.ts';
import { applyChanges, type ExportChanges, type ExportRow, type ExportsState } from '../../shared/exports.ts';
import { readInfo, type Connection } from './connection.ts';
import type { Simulation } from './simulation.ts';

/** What can be done with an export. */
export type ExportAction = 'cancel' | 'pause' | 'resume' | 'retry' | 'remove';

/** Exports, wherever they run. */
export interface ExportsSource {
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
  /** True if exports are saved by the server. */
  readonly isOnServer: boolean;
  /** Set if the page simulates the vCenter. */
  readonly simulation: Simulation | undefined;
  readonly #info;
  readonly #state = signal(EMPTY);
  readonly #isLive = signal(true);
  readonly #sinks = new Map<string, BlobSink>();
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
    this.isOnServer = info.directory !== undefined;
    this.#source = this.isOnServer ? this.#onServer() : this.#inPage();
    if (this.isOnServer && info.loggedIn) this.#listen();
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
  save({ id, progress }: ExportRow): void {
    for (const { name } of progress?.files ?? []) {
      const blob = this.#sinks.get(id)?.blob(name);
      if (blob === undefined) continue;
      const link = document.createElement('a');
      link.href = URL.createObjectURL(blob);
      link.download = name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    }
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
    const create = (): Exports => {
      const list = createExportList(this.vc(), target);
      list.state$.subscribe((state) => {
        this.#state.set(state);
        for (const id of this.#sinks.keys()) if (!state.rows.some((row) => row.id === id)) this.#sinks.delete(id);
        if (state.rows.some(({ error }) => error?._tag === 'AuthenticationError')) void this.#refreshInfo();
      });
      return list;
    };
    const target: ExportTarget = {
      pathOf: (libraryName, itemName) => `${libraryName}/${itemName}`,
      toSink: ({ id }) => {
        const sink = toBlob();
        this.#sinks.set(id, sink);
        return sink;
      },
    };
    // The first export follows the login.
    let list: Exports | undefined;
    return {
      add: async (itemId, only) => void (await (list ??= create()).add(itemId, only)),
      act: async (id, action) => void list?.[action](id),
    };
  }

  #onServer(): ExportsSource {
    const send = async (path: string, body?: unknown, method = 'POST'): Promise<void> => {
      const response = await post(path, body, method);
      if (response.status === 401) void this.#refreshInfo();
      if (!response.ok) throw new Error(await messageIn(response));
    };
    return {
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
    if (this.isOnServer && info.loggedIn) this.#listen();
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
