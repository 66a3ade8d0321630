/** The colors of the page: those of the system, or the user's choice, which the browser keeps. */

import { signal, type Signal } from '@angular/core';
import { readPreference, writePreference } from './preferences.ts';

/** The themes that a user can choose from. */
export const THEMES = ['system', 'light', 'dark'] as const;

/** `system`: the setting of the operating system. */
export type ThemeName = (typeof THEMES)[number];

/** The theme of the page. */
export class Theme {
  readonly name: Signal<ThemeName>;
  readonly #name = signal<ThemeName>(THEMES.find((name) => name === readPreference('theme')) ?? 'system');

  constructor() {
    this.name = this.#name.asReadonly();
    show(this.#name());
  }

  select(name: ThemeName): void {
    this.#name.set(name);
    show(name);
    writePreference('theme', name);
  }
}

const show = (name: ThemeName): void => document.documentElement.setAttribute('data-theme', name);
