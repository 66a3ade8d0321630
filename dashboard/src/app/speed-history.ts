/** The speed of all exports in the last two minutes, a sample each second. */

import { effect, signal, type Signal } from '@angular/core';
import type { ExportsState } from '../../shared/exports.ts';

/** Samples that are kept. */
export const SAMPLES = 120;

/** Milliseconds. */
const PERIOD = 1000;

/** Samples the speed while exports run. */
export class SpeedHistory {
  /** Bytes per second, the latest last. */
  readonly samples: Signal<readonly number[]>;
  readonly #samples = signal<readonly number[]>([]);
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Must be called in an injection context. */
  constructor(state: Signal<ExportsState>) {
    this.samples = this.#samples.asReadonly();
    effect(() => {
      const { running, waiting } = state().totals.counts;
      if (running + waiting > 0) this.#timer ??= setInterval(() => this.#add(state()), PERIOD);
    });
  }

  #add({ totals: { speed, counts } }: ExportsState): void {
    this.#samples.update((samples) => [...samples, speed].slice(-SAMPLES));
    if (counts.running + counts.waiting > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
