/** The libraries and their items, each with a button that exports it. */

import { ChangeDetectionStrategy, Component, inject, output, signal } from '@angular/core';
import { getItem, getLibrary, listItems, listLibraries, type ItemModel } from 'rx-content-library';
import { concatMap, forkJoin, map, mergeMap, of, toArray } from 'rxjs';
import { Dashboard } from './dashboard.ts';

interface LibraryItems {
  readonly id: string;
  readonly name: string;
  readonly items: readonly (ItemModel & { readonly id: string })[];
}

/** Requests in flight. */
const CONCURRENCY = 4;

@Component({
  selector: 'app-libraries-view',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (error(); as text) {
      <p class="banner error" role="alert">{{ text }}</p>
    }
    @for (library of libraries(); track library.id) {
      <section class="card">
        <h2>{{ library.name }}</h2>
        <ul class="items">
          @for (item of library.items; track item.id) {
            <li>
              <span class="name" dir="auto">{{ item.name }}</span>
              <span class="size">{{ size(item.size) }}</span>
              <button type="button" class="primary" [attr.aria-label]="'Export ' + item.name" (click)="export(item.id)">
                Export
              </button>
            </li>
          } @empty {
            <li>This library has no items.</li>
          }
        </ul>
      </section>
    } @empty {
      @if (error() === undefined) {
        <p class="empty" role="status">{{ isLoading() ? 'Loading libraries …' : 'There are no libraries that you can read.' }}</p>
      }
    }
  `,
})
export class LibrariesView {
  readonly exported = output();
  readonly libraries = signal<readonly LibraryItems[]>([]);
  readonly isLoading = signal(true);
  readonly error = signal<string | undefined>(undefined);
  readonly #dashboard = inject(Dashboard);

  constructor() {
    const vc = this.#dashboard.vc();
    const itemsOf = (libraryId: string) =>
      listItems(vc, libraryId).pipe(
        concatMap((ids) => ids),
        mergeMap((id) => getItem(vc, id).pipe(map((item) => ({ ...item, id }))), CONCURRENCY),
        toArray(),
        map((items) => items.sort((left, right) => (left.name ?? '').localeCompare(right.name ?? ''))),
      );
    listLibraries(vc)
      .pipe(
        concatMap((ids) => ids),
        concatMap((id) => forkJoin([of(id), getLibrary(vc, id), itemsOf(id)])),
        map(([id, { name }, items]) => ({ id, name, items })),
      )
      .subscribe({
        next: (library) => this.libraries.update((libraries) => [...libraries, library]),
        error: (thrown: unknown) => this.#fail(thrown),
        complete: () => this.isLoading.set(false),
      });
  }

  async export(itemId: string): Promise<void> {
    await this.#dashboard.add(itemId).then(
      () => this.exported.emit(),
      (thrown: unknown) => this.#fail(thrown),
    );
  }

  size(bytes: number | undefined): string {
    return bytes === undefined ? '' : `${(bytes / 1_000_000).toFixed(1)} MB`;
  }

  #fail(thrown: unknown): void {
    this.error.set(thrown instanceof Error ? thrown.message : String(thrown));
  }
}
