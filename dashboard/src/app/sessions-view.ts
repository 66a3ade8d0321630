/** The download sessions of the user on the vCenter, of this page and of other programs. */

import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import {
  ApiError,
  deleteDownloadSession,
  getDownloadSession,
  getItem,
  listDownloadSessions,
  type DownloadSessionModel,
} from 'rx-content-library';
import { catchError, concatMap, EMPTY, from, map, mergeMap, of, throwError, toArray } from 'rxjs';
import { Dashboard } from './dashboard.ts';

interface Session extends DownloadSessionModel {
  readonly id: string;
  readonly itemName: string;
}

/** Returns true if a session was deleted after it was listed. */
const isGone = (thrown: unknown): boolean => thrown instanceof ApiError && thrown.error_type === 'NOT_FOUND';

/** Requests in flight. */
const CONCURRENCY = 4;

@Component({
  selector: 'app-sessions-view',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <section class="card">
      <div class="line">
        <h2>Download sessions</h2>
        <span class="actions">
          <button type="button" [disabled]="ended().length === 0" (click)="prune()">
            Delete ended sessions{{ ended().length > 0 ? ' (' + ended().length + ')' : '' }}
          </button>
          <button type="button" (click)="load()">Reload</button>
        </span>
      </div>
      <p class="facts">Your sessions on the server, those of other programs included. A session ends when it expires.</p>
      @if (error(); as text) {
        <p class="error" role="alert">{{ text }}</p>
      }
      <ul class="items">
        @for (session of sessions(); track session.id) {
          <li tabindex="-1" data-row>
            <span class="name" dir="auto">{{ session.itemName }}</span>
            <span class="status" [class.failed]="session.state !== 'ACTIVE'">{{ session.state }}</span>
            <span class="size">{{ session.client_progress ?? 0 }} %</span>
            <span class="size">
              expires <time [attr.datetime]="session.expiration_time">{{ time(session.expiration_time) }}</time>
            </span>
            <button
              type="button"
              aria-keyshortcuts="x"
              [attr.aria-label]="'Delete the session of ' + session.itemName"
              (click)="delete(session.id)"
            >
              Delete
            </button>
          </li>
        }
      </ul>
      @if (sessions().length === 0) {
        <p role="status">{{ isLoading() ? 'Loading sessions …' : 'There are no download sessions.' }}</p>
      }
    </section>
  `,
})
export class SessionsView {
  readonly sessions = signal<readonly Session[]>([]);
  readonly ended = computed(() => this.sessions().filter(({ state }) => state !== 'ACTIVE'));
  readonly isLoading = signal(true);
  readonly error = signal<string | undefined>(undefined);
  readonly #dashboard = inject(Dashboard);

  constructor() {
    this.load();
  }

  /** Reads the sessions again. */
  load(): void {
    const vc = this.#dashboard.vc();
    this.isLoading.set(true);
    this.error.set(undefined);
    const nameOf = (itemId: string) =>
      getItem(vc, itemId).pipe(
        map(({ name }) => name ?? itemId),
        catchError(() => of(itemId)),
      );
    listDownloadSessions(vc)
      .pipe(
        concatMap((ids) => from(ids)),
        mergeMap(
          (id) =>
            getDownloadSession(vc, id).pipe(
              concatMap((session) => nameOf(session.library_item_id).pipe(map((itemName) => ({ ...session, id, itemName })))),
              catchError((thrown: unknown) => (isGone(thrown) ? EMPTY : throwError(() => thrown))),
            ),
          CONCURRENCY,
        ),
        toArray(),
      )
      .subscribe({
        next: (sessions) => this.sessions.set(sessions.sort((one, other) => one.id.localeCompare(other.id))),
        error: (thrown: unknown) => this.#fail(thrown),
        complete: () => this.isLoading.set(false),
      });
  }

  /** Deletes a session. A download that uses it creates another one. */
  delete(id: string): void {
    deleteDownloadSession(this.#dashboard.vc(), id).subscribe({
      error: (thrown: unknown) => this.#fail(thrown),
      complete: () => this.load(),
    });
  }

  /** Deletes the sessions that have failed, were cancelled or have expired. */
  prune(): void {
    const vc = this.#dashboard.vc();
    const ignoreGone = catchError((thrown: unknown) => (isGone(thrown) ? EMPTY : throwError(() => thrown)));
    from(this.ended())
      .pipe(mergeMap(({ id }) => deleteDownloadSession(vc, id).pipe(ignoreGone), CONCURRENCY))
      .subscribe({ error: (thrown: unknown) => this.#fail(thrown), complete: () => this.load() });
  }

  time(iso: string | undefined): string {
    return iso === undefined
      ? 'at an unknown time'
      : new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
  }

  #fail(thrown: unknown): void {
    this.isLoading.set(false);
    this.error.set(this.#dashboard.explain(thrown));
  }
}
