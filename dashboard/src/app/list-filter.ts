/** The filter above a list. */

import { ChangeDetectionStrategy, Component, computed, input, model } from '@angular/core';

/** Returns true if one of the texts contains the filter, in upper or lower case. */
export const matches = (filter: string, texts: readonly (string | undefined)[]): boolean => {
  const wanted = filter.trim().toLowerCase();
  return texts.some((text) => text?.toLowerCase().includes(wanted));
};

@Component({
  selector: 'app-list-filter',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <input
      type="search"
      dir="auto"
      autocomplete="off"
      spellcheck="false"
      aria-keyshortcuts="/"
      [attr.aria-label]="'Filter ' + what()"
      [placeholder]="'Filter ' + what()"
      [value]="text()"
      (input)="text.set($any($event.target).value)"
    />
    @if (isWithoutMatch()) {
      <p class="empty" role="status">
        <span dir="auto">Nothing matches “{{ text() }}”.</span>
        <button type="button" (click)="text.set('')">Clear</button>
      </p>
    }
  `,
})
export class ListFilter {
  /** What the list has, such as `items`. */
  readonly what = input.required<string>();
  readonly text = model.required<string>();
  /** Number of rows that match. */
  readonly matching = input.required<number>();
  readonly isWithoutMatch = computed(() => this.matching() === 0 && this.text().trim() !== '');
}
