/** The page: its header, the login, and the views. */

import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { Dashboard } from './dashboard.ts';
import { ExportsView } from './exports-view.ts';
import { LibrariesView } from './libraries-view.ts';
import { LoginForm } from './login-form.ts';
import { SessionsView } from './sessions-view.ts';
import { SettingsView } from './settings-view.ts';

type View = 'exports' | 'libraries' | 'sessions' | 'mirrors' | 'fleet' | 'settings';

interface ViewLink {
  readonly view: View;
  readonly label: string;
  /** True if the view is empty in this version. */
  readonly isQuiet?: boolean;
}

const LINKS: readonly ViewLink[] = [
  { view: 'exports', label: 'Exports' },
  { view: 'libraries', label: 'Libraries' },
  { view: 'sessions', label: 'Sessions' },
  { view: 'mirrors', label: 'Mirrors', isQuiet: true },
  { view: 'fleet', label: 'Fleet', isQuiet: true },
  { view: 'settings', label: 'Settings' },
];

@Component({
  selector: 'app-root',
  imports: [ExportsView, LibrariesView, LoginForm, SessionsView, SettingsView],
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
      <span class="place">{{ place() }}</span>
      @if (dashboard.info().username; as username) {
        <span class="user">{{ username }}</span>
        <button type="button" class="quiet" (click)="dashboard.logOut()">Log out</button>
      }
    </header>
    <main>
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
            <app-exports-view (browse)="view.set('libraries')" />
          }
          @case ('libraries') {
            <app-libraries-view (exported)="view.set('exports')" />
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
  readonly place = computed(() => {
    const { simulation } = this.dashboard;
    if (simulation === undefined) return (this.dashboard.info().server ?? '').replace(/^https?:\/\//, '');
    const count = simulation.active().size;
    return count === 0 ? 'Simulated vCenter' : `Simulated vCenter · ${count} ${count === 1 ? 'scenario' : 'scenarios'} on`;
  });
}
