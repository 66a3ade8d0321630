/** The colors of the page: those of the system, or the user's choice, which the browser keeps. */

import { signal, type Signal } from '@angular/core';

/** The themes that a user can choose from. */
export const THEMES = ['system', 'light', 'dark'] as const;

/** `system`: the setting of the operating system. */
export type ThemeName = (typeof THEMES)[number];

const KEY = 'content-library-dashboard.theme';

/** The theme of the page. */
export class Theme {
  readonly name: Signal<ThemeName>;
  readonly #name = signal<ThemeName>(readTheme());

  constructor() {
    this.name = this.#name.asReadonly();
    show(this.#name());
  }

  select(name: ThemeName): void {
    this.#name.set(name);
    show(name);
    try {
      localStorage.setItem(KEY, name);
    } catch {
      // Without storage the choice lasts until the page is closed.
    }
  }
}

const show = (name: ThemeName): void => document.documentElement.setAttribute('data-theme', name);

const readTheme = (): ThemeName => {
  try {
    const stored = localStorage.getItem(KEY);
    return THEMES.find((name) => name === stored) ?? 'system';
  } catch {
    return 'system';
  }
};
