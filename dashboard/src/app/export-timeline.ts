/** The steps of an export, with times. */

import { ChangeDetectionStrategy, Component, computed, input, signal } from '@angular/core';
import type { TimelineEntry, TimelineStep } from '../../shared/timeline.ts';

const LABELS: Readonly<Record<TimelineStep, string>> = {
  waiting: 'Waiting for its turn',
  running: 'Started',
  preparing: 'Preparation requested',
  prepared: 'The first file is PREPARED',
  downloading: 'The first bytes were received',
  file: 'Verified and saved',
  retrying: 'Retrying',
  paused: 'Paused',
  saved: 'All files are saved',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

@Component({
  selector: 'app-export-timeline',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <details (toggle)="isOpen.set(details.open)" #details>
      <summary [attr.aria-label]="'Timeline of ' + name()">Timeline</summary>
      @if (isOpen()) {
        <ol>
          @for (step of steps(); track $index) {
            <li>
              <time [attr.datetime]="step.iso">{{ step.time }}</time>
              <span>{{ step.label }}</span>
              @if (step.detail) {
                <span class="detail" dir="auto">{{ step.detail }}</span>
              }
            </li>
          }
        </ol>
      }
    </details>
  `,
})
export class ExportTimeline {
  readonly name = input.required<string>();
  readonly entries = input.required<readonly TimelineEntry[]>();
  readonly isOpen = signal(false);
  readonly steps = computed(() =>
    this.entries().map(({ at, step, detail }) => {
      const date = new Date(at);
      return { iso: date.toISOString(), time: date.toLocaleTimeString(), label: LABELS[step], detail };
    }),
  );
}
