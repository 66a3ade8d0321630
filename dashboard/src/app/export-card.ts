/** One export: its status, bytes, speed and files, and what can be done with it. */

import { ChangeDetectionStrategy, Component, computed, inject, input, output, signal } from '@angular/core';
import type { ExportRow, ExportStatus } from '../../shared/exports.ts';
import { Dashboard, type ExportAction } from './dashboard.ts';
import { ExportTimeline } from './export-timeline.ts';
import { formatBytes, formatDuration } from './format.ts';

const ACTIONS: Readonly<Record<ExportStatus, readonly ExportAction[]>> = {
  waiting: ['pause', 'cancel'],
  running: ['pause', 'cancel'],
  paused: ['resume', 'cancel', 'remove'],
  saved: ['remove'],
  failed: ['retry', 'remove'],
  cancelled: ['retry', 'remove'],
};

const LABELS: Readonly<Record<ExportAction, readonly [label: string, key: string]>> = {
  pause: ['Pause', 'p'],
  cancel: ['Cancel', 'c'],
  resume: ['Resume', 'p'],
  retry: ['Retry', 'r'],
  remove: ['Remove', 'x'],
};

const SYMBOLS: Readonly<Record<ExportStatus, string>> = {
  waiting: '○',
  running: '▶',
  paused: '❚❚',
  saved: '✓',
  failed: '!',
  cancelled: '✕',
};

/** Milliseconds. The estimate is no use before the speed is known. */
const MAX_TIME_LEFT = 24 * 3_600_000;

/** Files that are shown of an export with more. */
const SHOWN_FILES = 6;

@Component({
  selector: 'app-export-card',
  imports: [ExportTimeline],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <article class="card export" tabindex="-1" data-row [attr.aria-label]="row().itemName">
      <div class="line">
        <h2 dir="auto">{{ row().itemName }}</h2>
        <span class="status" [class]="row().status">{{ symbol() }} {{ row().status }}</span>
        <span class="actions">
          @if (row().status === 'saved' && !dashboard.isOnServer) {
            <button type="button" class="primary" (click)="dashboard.save(row())">Save files</button>
          }
          @for (action of actions(); track action.name) {
            <button
              type="button"
              [attr.aria-keyshortcuts]="action.key"
              [attr.aria-label]="action.label + ' ' + row().itemName"
              (click)="acted.emit(action.name)"
            >
              {{ action.label }}
            </button>
          }
        </span>
      </div>
      <progress max="100" [value]="row().progress?.percent ?? 0" [attr.aria-label]="'Progress of ' + row().itemName"></progress>
      <p class="facts">
        <span>{{ facts() }}</span> <bdi>{{ row().path }}</bdi>
      </p>
      @if (row().error; as error) {
        <p class="error" role="alert">{{ error.message }}</p>
      }
      @if (files().length > 0) {
        <ul class="files">
          @for (file of files(); track file.name) {
            <li>
              <span class="name" dir="auto">{{ file.name }}</span>
              <span>{{ file.phase === 'preparing' ? file.status : file.phase }}</span>
              <span>{{ bytes(file.phase === 'preparing' ? file.prepared : file.received) }}</span>
              <span>{{ file.saved ? 'verified: ' + file.saved.verified : '' }}</span>
            </li>
          }
        </ul>
      }
      @if (hidden() > 0 || isExpanded()) {
        <button type="button" class="link" [attr.aria-expanded]="isExpanded()" (click)="isExpanded.set(!isExpanded())">
          {{ isExpanded() ? 'Show fewer files' : 'Show all ' + row().progress?.files?.length + ' files' }}
        </button>
      }
      @if (row().timeline.length > 0) {
        <app-export-timeline [name]="row().itemName" [entries]="row().timeline" />
      }
    </article>
  `,
})
export class ExportCard {
  readonly row = input.required<ExportRow>();
  readonly acted = output<ExportAction>();
  readonly dashboard = inject(Dashboard);
  readonly isExpanded = signal(false);
  readonly symbol = computed(() => SYMBOLS[this.row().status]);
  readonly actions = computed(() =>
    ACTIONS[this.row().status].map((name) => ({ name, label: LABELS[name][0], key: LABELS[name][1] })),
  );
  /** All files, or the first of those that are not saved. */
  readonly files = computed(() => {
    const files = this.row().progress?.files ?? [];
    if (files.length <= SHOWN_FILES || this.isExpanded()) return files;
    const active = files.filter(({ phase }) => phase !== 'saved');
    return active.length < SHOWN_FILES ? files.slice(-SHOWN_FILES) : active.slice(0, SHOWN_FILES);
  });
  readonly hidden = computed(() => (this.row().progress?.files.length ?? 0) - this.files().length);
  readonly facts = computed(() => {
    const { progress, status } = this.row();
    if (progress === undefined) return '';
    const { received, total, speed, timeLeft, files } = progress;
    const saved = files.filter(({ phase }) => phase === 'saved').length;
    const isRunning = status === 'running' && speed > 0;
    return [
      total === undefined ? formatBytes(received) : `${formatBytes(received)} of ${formatBytes(total)}`,
      ...(files.length > 0 ? [`${saved} of ${files.length} files`] : []),
      ...(isRunning ? [`${formatBytes(speed)}/s`] : []),
      ...(isRunning && timeLeft !== undefined && timeLeft < MAX_TIME_LEFT ? [`${formatDuration(timeLeft)} left`] : []),
      '',
    ].join(' · ');
  });

  bytes(count: number): string {
    return formatBytes(count);
  }
}
