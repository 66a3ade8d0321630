/** The list of exports, with a filter and their sums. */

import { ChangeDetectionStrategy, Component, computed, ElementRef, inject, output, signal } from '@angular/core';
import type { ExportRow } from '../../shared/exports.ts';
import { Dashboard, type ExportAction } from './dashboard.ts';
import { ExportCard } from './export-card.ts';
import { formatBytes } from './format.ts';
import { ListFilter, matches } from './list-filter.ts';
import { SpeedChart } from './speed-chart.ts';

@Component({
  selector: 'app-exports-view',
  imports: [ExportCard, ListFilter, SpeedChart],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <p class="summary" role="status">{{ summary() }}</p>
    @if (message(); as text) {
      <p class="banner error" role="alert">{{ text }}</p>
    }
    @if (dashboard.state().rows.length > 0) {
      <app-speed-chart class="card" />
      <app-list-filter what="exports" [(text)]="filter" [matching]="rows().length" />
    }
    @for (row of rows(); track row.id) {
      <app-export-card [row]="row" (acted)="act(row, $event)" />
    }
    @if (dashboard.state().rows.length === 0) {
      <div class="empty">
        <p>No exports yet.</p>
        <button type="button" class="primary" (click)="browse.emit()">Choose an item to export</button>
      </div>
    }
  `,
})
export class ExportsView {
  readonly browse = output();
  readonly dashboard = inject(Dashboard);
  readonly filter = signal('');
  readonly message = signal<string | undefined>(undefined);
  readonly rows = computed(() =>
    this.dashboard
      .state()
      .rows.filter(({ itemName, path, status }) => matches(this.filter(), [itemName, path, status]))
      .reverse(),
  );
  readonly summary = computed(() => {
    const { counts, speed } = this.dashboard.state().totals;
    const parts = Object.entries(counts).filter(([, count]) => count > 0);
    const text = parts.map(([status, count]) => `${count} ${status}`).join(' · ');
    return speed > 0 ? `${text} · ${formatBytes(speed)}/s` : text;
  });
  readonly #element = inject<ElementRef<HTMLElement>>(ElementRef);

  /** The button that was pressed may disappear: the focus goes to its row, or to the next one if the row is removed. */
  async act(row: ExportRow, action: ExportAction): Promise<void> {
    const cards = [...this.#element.nativeElement.querySelectorAll<HTMLElement>('[data-row]')];
    const index = this.rows().indexOf(row);
    cards[action === 'remove' ? (cards.length > index + 1 ? index + 1 : index - 1) : index]?.focus({ preventScroll: true });
    this.message.set(undefined);
    await this.dashboard.act(row.id, action).catch((thrown: unknown) => this.message.set(this.dashboard.explain(thrown)));
  }
}
