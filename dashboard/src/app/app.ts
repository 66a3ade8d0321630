/** The page: its header, the login, and the views. */

import { ChangeDetectionStrategy, Component, computed, inject, signal, viewChild, type ElementRef } from '@angular/core';
import { Dashboard } from './dashboard.ts';
import { ExportsView } from './exports-view.ts';
import { HelpDialog } from './help-dialog.ts';
import { createKeyListener } from './keyboard.ts';
import { LibrariesView } from './libraries-view.ts';
import { LoginForm } from './login-form.ts';
import { SessionsView } from './sessions-view.ts';
import { SettingsView } from './settings-view.ts';

type View = 'exports' | 'libraries' | 'sessions' | 'mirrors' | 'fleet' | 'settings';

interface ViewLink {
  readonly view: View;
  readonly label: string;
  /** The key after `g` that shows the view. */
  readonly key: string;
  /** True if the view is empty in this version. */
  readonly isQuiet?: boolean;
}

const LINKS: readonly ViewLink[] = [
  { view: 'exports', label: 'Exports', key: 'e' },
  { view: 'libraries', label: 'Libraries', key: 'l' },
  { view: 'sessions', label: 'Sessions', key: 's' },
  { view: 'mirrors', label: 'Mirrors', key: 'm', isQuiet: true },
  { view: 'fleet', label: 'Fleet', key: 'f', isQuiet: true },
  { view: 'settings', label: 'Settings', key: ',' },
];

@Component({
  selector: 'app-root',
  imports: [ExportsView, HelpDialog, LibrariesView, LoginForm, SessionsView, SettingsView],
  host: { '(document:keydown)': 'pressKey($event)' },
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <header>
      <h1>Content Library Exports</h1>
      <nav aria-label="Views">
        @for (link of links; track link.view) {
          <button
            type="button"
            [class.quiet]="link.isQuiet"
            [attr.aria-current]="view() === link.view ? 'page' : null"
            (click)="view.set(link.view)"
          >
            {{ link.label }}
          </button>
        }
      </nav>
      <span class="place" dir="auto">{{ place() }}</span>
      @if (dashboard.info().username; as username) {
        <span class="user" dir="auto">{{ username }}</span>
        <button type="button" class="quiet" (click)="dashboard.logOut()">Log out</button>
      }
      <button type="button" class="quiet" aria-label="Keyboard shortcuts" aria-keyshortcuts="?" (click)="help.open()">?</button>
    </header>
    <app-help-dialog #help />
    <main #main tabindex="-1">
      @if (!dashboard.isLive()) {
        <p class="banner" role="status">Not live: the connection to the server is interrupted. Trying again.</p>
      }
      @if (view() === 'settings') {
        <app-settings-view />
      } @else if (!dashboard.info().loggedIn) {
        <app-login-form />
      } @else {
        @switch (view()) {
          @case ('exports') {
            <app-exports-view (browse)="show('libraries')" />
          }
          @case ('libraries') {
            <app-libraries-view (exported)="show('exports')" />
          }
          @case ('sessions') {
            <app-sessions-view />
          }
          @case ('mirrors') {
            <div class="empty">
              <h2>Mirrors</h2>
              <p>This version of the dashboard shows no mirrors.</p>
              <p>To mirror a library into a directory, run <code>content-library mirror LIBRARY DIRECTORY</code>.</p>
            </div>
          }
          @case ('fleet') {
            <div class="empty">
              <h2>Fleet</h2>
              <p>This version of the dashboard shows no fleet: the mirrors of several vCenters, and what runs them.</p>
            </div>
          }
        }
      }
    </main>
  `,
})
export class App {
  readonly dashboard = inject(Dashboard);
  readonly links = LINKS;
  readonly view = signal<View>('exports');
  readonly pressKey = createKeyListener({
    isEnabled: () => this.help().isEnabled(),
    go: (key) => {
      const view = LINKS.find((link) => link.key === key)?.view;
      if (view !== undefined) this.show(view);
    },
    help: () => this.help().open(),
  });
  readonly place = computed(() => {
    const { simulation } = this.dashboard;
    if (simulation === undefined) return (this.dashboard.info().server ?? '').replace(/^https?:\/\//, '');
    const count = simulation.active().size;
    return count === 0 ? 'Simulated vCenter' : `Simulated vCenter · ${count} ${count === 1 ? 'scenario' : 'scenarios'} on`;
  });
  private readonly help = viewChild.required(HelpDialog);
  private readonly main = viewChild.required<ElementRef<HTMLElement>>('main');

  /** Shows a view and focuses it: the element that had the focus may disappear with the view before. */
  show(view: View): void {
    this.view.set(view);
    this.main().nativeElement.focus({ preventScroll: true });
  }
}
