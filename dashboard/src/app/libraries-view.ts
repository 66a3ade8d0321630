/** The libraries, their items and their files, which can be exported. */

import { ChangeDetectionStrategy, Component, computed, inject, output, signal } from '@angular/core';
import {
  getItem,
  getLibrary,
  listItemFiles,
  listItems,
  listLibraries,
  type ItemFileInfo,
  type ItemModel,
} from 'rx-content-library';
import { concatMap, forkJoin, map, mergeMap, of, toArray } from 'rxjs';
import { Dashboard } from './dashboard.ts';
import { formatBytes } from './format.ts';
import { ListFilter, matches } from './list-filter.ts';

interface LibraryItems {
  readonly id: string;
  readonly name: string;
  readonly items: readonly (ItemModel & { readonly id: string })[];
}

/** The files of an item that can be chosen for an export. */
interface FileChoice {
  readonly itemId: string;
  /** Not set until they are known. */
  readonly files: readonly ItemFileInfo[] | undefined;
  /** Names, in the order of the files. */
  readonly selected: readonly string[];
}

/** Requests in flight. */
const CONCURRENCY = 4;

@Component({
  selector: 'app-libraries-view',
  imports: [ListFilter],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    @if (error(); as text) {
      <p class="banner error" role="alert">{{ text }}</p>
    }
    @if (libraries().length > 0) {
      <app-list-filter what="items" [(text)]="filter" [matching]="shown().length" />
    }
    @for (library of shown(); track library.id) {
      <section class="card">
        <h2 dir="auto">{{ library.name }}</h2>
        <ul class="items">
          @for (item of library.items; track item.id) {
            <li tabindex="-1" data-row>
              <span class="name" dir="auto">{{ item.name }}</span>
              <span class="size">{{ size(item.size) }}</span>
              <button
                type="button"
                [attr.aria-expanded]="opened()?.itemId === item.id"
                [attr.aria-label]="'Files of ' + item.name"
                (click)="toggle(item.id)"
              >
                Files
              </button>
              <button
                type="button"
                class="primary"
                aria-keyshortcuts="e"
                [attr.aria-label]="'Export ' + item.name"
                (click)="export(item.id)"
              >
                Export
              </button>
              @if (opened(); as choice) {
                @if (choice.itemId === item.id) {
                  <fieldset class="choice">
                    <legend>Files of {{ item.name }}</legend>
                    @for (file of choice.files; track file.name) {
                      <label class="check">
                        <input type="checkbox" [checked]="choice.selected.includes(file.name)" (change)="select(file.name)" />
                        <span class="name" dir="auto">{{ file.name }}</span>
                        <span class="size">{{ file.cached ? size(file.size) : 'not cached' }}</span>
                      </label>
                    } @empty {
                      <p role="status">{{ choice.files === undefined ? 'Loading files …' : 'This item has no files.' }}</p>
                    }
                    <button
                      type="button"
                      class="primary"
                      [disabled]="choice.selected.length === 0"
                      (click)="export(item.id, choice.selected)"
                    >
                      Export {{ choice.selected.length }} {{ choice.selected.length === 1 ? 'file' : 'files' }}
                    </button>
                  </fieldset>
                }
              }
            </li>
          } @empty {
            <li>This library has no items.</li>
          }
        </ul>
      </section>
    }
    @if (libraries().length === 0 && error() === undefined) {
      <p class="empty" role="status">{{ isLoading() ? 'Loading libraries …' : 'There are no libraries that you can read.' }}</p>
    }
  `,
})
export class LibrariesView {
  readonly exported = output();
  readonly libraries = signal<readonly LibraryItems[]>([]);
  readonly filter = signal('');
  /** The libraries with the items that match the filter; a library whose name matches has all of them. */
  readonly shown = computed(() => {
    const filter = this.filter();
    return this.libraries().flatMap((library) => {
      if (matches(filter, [library.name])) return [library];
      const items = library.items.filter(({ name }) => matches(filter, [name]));
      return items.length === 0 ? [] : [{ ...library, items }];
    });
  });
  readonly isLoading = signal(true);
  readonly error = signal<string | undefined>(undefined);
  readonly opened = signal<FileChoice | undefined>(undefined);
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

  /** Shows the files of an item, or hides them. */
  toggle(itemId: string): void {
    if (this.opened()?.itemId === itemId) return this.opened.set(undefined);
    this.opened.set({ itemId, files: undefined, selected: [] });
    listItemFiles(this.#dashboard.vc(), itemId).subscribe({
      next: (files) =>
        this.opened.update((choice) =>
          choice?.itemId === itemId ? { itemId, files, selected: files.map(({ name }) => name) } : choice,
        ),
      error: (thrown: unknown) => this.#fail(thrown),
    });
  }

  /** Selects a file, or no longer. */
  select(name: string): void {
    this.opened.update((choice) => {
      if (choice === undefined) return undefined;
      const isSelected = choice.selected.includes(name);
      const names = (choice.files ?? []).map((file) => file.name);
      const selected = names.filter((each) => (each === name ? !isSelected : choice.selected.includes(each)));
      return { ...choice, selected };
    });
  }

  async export(itemId: string, only?: readonly string[]): Promise<void> {
    await this.#dashboard.add(itemId, only).then(
      () => this.exported.emit(),
      (thrown: unknown) => this.#fail(thrown),
    );
  }

  size(bytes: number | undefined): string {
    return bytes === undefined ? '' : formatBytes(bytes);
  }

  #fail(thrown: unknown): void {
    this.error.set(this.#dashboard.explain(thrown));
  }
}
