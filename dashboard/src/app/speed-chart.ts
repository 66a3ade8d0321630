/** A chart of the speed in the last two minutes. */

import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { formatBytes } from './format.ts';
import { SAMPLES, SpeedHistory } from './speed-history.ts';

/** Units of the drawing. */
const HEIGHT = 40;

@Component({
  selector: 'app-speed-chart',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <svg role="img" [attr.viewBox]="'0 0 ' + width + ' ' + height" preserveAspectRatio="none" [attr.aria-label]="label()">
      <path class="area" [attr.d]="area()" />
      <path class="curve" [attr.d]="curve()" />
    </svg>
    <p aria-hidden="true">
      <span>{{ peak() }}</span><span>last 2 minutes</span>
    </p>
  `,
})
export class SpeedChart {
  readonly width = SAMPLES - 1;
  readonly height = HEIGHT;
  readonly #samples = inject(SpeedHistory).samples;
  readonly #max = computed(() => Math.max(1, ...this.#samples()));
  /** The latest sample is at the right. */
  readonly #points = computed(() => {
    const samples = this.#samples();
    const start = SAMPLES - samples.length;
    return samples.map((speed, index) => `${start + index},${(HEIGHT - (speed / this.#max()) * (HEIGHT - 2)).toFixed(1)}`);
  });
  readonly curve = computed(() => (this.#points().length < 2 ? '' : `M${this.#points().join('L')}`));
  readonly area = computed(() => {
    const start = SAMPLES - this.#points().length;
    return this.curve() === '' ? '' : `${this.curve()}V${HEIGHT}H${start}Z`;
  });
  readonly peak = computed(() => (this.#samples().length === 0 ? 'Speed' : `Speed, at most ${formatBytes(this.#max())}/s`));
  readonly label = computed(() => {
    const now = formatBytes(this.#samples().at(-1) ?? 0);
    return `Speed in the last two minutes: now ${now}/s, at most ${formatBytes(Math.max(0, ...this.#samples()))}/s`;
  });
}
