/** The list of exports: statuses of the server, bytes, speed, errors, and what can be done. */

import { ChangeDetectionStrategy, Component, computed, inject, output, signal } from '@angular/core';
import type { ExportRow, ExportStatus } from '../../shared/exports.ts';
import { Dashboard, type ExportAction } from './dashboard.ts';
import { formatBytes } from './format.ts';

const ACTIONS: Readonly<Record<ExportStatus, readonly ExportAction[]>> = {
  waiting: ['pause', 'cancel'],
  running: ['pause', 'cancel'],
  paused: ['resume', 'cancel', 'remove'],
  saved: ['remove'],
  failed: ['retry', 'remove'],
  cancelled: ['retry', 'remove'],
};

const LABELS: Readonly<Record<ExportAction, string>> = {
  pause: 'Pause',
  cancel: 'Cancel',
  resume: 'Resume',
  retry: 'Retry',
  remove: 'Remove',
};

const SYMBOLS: Readonly<Record<ExportStatus, string>> = {
  waiting: '○',
  running: '▶',
  paused: '❚❚',
  saved: '✓',
  failed: '!',
  cancelled: '✕',
};

@Component({
  selector: 'app-exports-view',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <p class="summary" role="status">{{ summary() }}</p>
    @if (message(); as text) {
      <p class="banner error" role="alert">{{ text }}</p>
    }
    @for (row of rows(); track row.id) {
      <article class="card export" [attr.aria-label]="row.itemName">
        <div class="line">
          <h2 dir="auto">{{ row.itemName }}</h2>
          <span class="status" [class]="row.status">{{ symbol(row) }} {{ row.status }}</span>
          <span class="actions">
            @if (row.status === 'saved' && !dashboard.isOnServer) {
              <button type="button" class="primary" (click)="dashboard.save(row)">Save files</button>
            }
            @for (action of actions(row); track action) {
              <button type="button" [attr.aria-label]="label(action) + ' ' + row.itemName" (click)="act(row.id, action)">
                {{ label(action) }}
              </button>
            }
          </span>
        </div>
        <progress max="100" [value]="row.progress?.percent ?? 0" [attr.aria-label]="'Progress of ' + row.itemName"></progress>
        <p class="facts">{{ facts(row) }}</p>
        @if (row.error; as error) {
          <p class="error" role="alert">{{ error.message }}</p>
        }
        @if (row.progress; as progress) {
          <ul class="files">
            @for (file of progress.files; track file.name) {
              <li>
                <span class="name" dir="auto">{{ file.name }}</span>
                <span>{{ file.phase === 'preparing' ? file.status : file.phase }}</span>
                <span>{{ bytes(file.phase === 'preparing' ? file.prepared : file.received) }}</span>
                <span>{{ file.saved ? 'verified: ' + file.saved.verified : '' }}</span>
              </li>
            }
          </ul>
        }
      </article>
    } @empty {
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
  readonly message = signal<string | undefined>(undefined);
  readonly rows = computed(() => [...this.dashboard.state().rows].reverse());
  readonly summary = computed(() => {
    const { counts, speed } = this.dashboard.state().totals;
    const parts = Object.entries(counts).filter(([, count]) => count > 0);
    const text = parts.map(([status, count]) => `${count} ${status}`).join(' · ');
    return speed > 0 ? `${text} · ${this.bytes(speed)}/s` : text;
  });

  actions({ status }: ExportRow): readonly ExportAction[] {
    return ACTIONS[status];
  }

  label(action: ExportAction): string {
    return LABELS[action];
  }

  symbol({ status }: ExportRow): string {
    return SYMBOLS[status];
  }

  facts({ progress, path, status }: ExportRow): string {
    if (progress === undefined) return path;
    const { received, total, speed, timeLeft } = progress;
    const size = total === undefined ? this.bytes(received) : `${this.bytes(received)} of ${this.bytes(total)}`;
    const isRunning = status === 'running' && speed > 0;
    const rest = timeLeft === undefined ? '' : ` · ${Math.ceil(timeLeft / 1000)} s left`;
    return `${size}${isRunning ? ` · ${this.bytes(speed)}/s${rest}` : ''} · ${path}`;
  }

  bytes(count: number): string {
    return formatBytes(count);
  }

  async act(id: string, action: ExportAction): Promise<void> {
    this.message.set(undefined);
    await this.dashboard.act(id, action).catch((thrown: unknown) => this.message.set(this.dashboard.explain(thrown)));
  }
}
