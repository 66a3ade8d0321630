/** The page: its header, the login, and the views. */

import { ChangeDetectionStrategy, Component, computed, inject, signal } from '@angular/core';
import { Dashboard } from './dashboard.ts';
import { ExportsView } from './exports-view.ts';
import { LibrariesView } from './libraries-view.ts';
import { LoginForm } from './login-form.ts';
import { SessionsView } from './sessions-view.ts';

@Component({
  selector: 'app-root',
  imports: [ExportsView, LibrariesView, LoginForm, SessionsView],
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <header>
      <h1>Content Library Exports</h1>
      <nav aria-label="Views">
        <button type="button" [attr.aria-current]="view() === 'exports' ? 'page' : null" (click)="view.set('exports')">
          Exports
        </button>
        <button type="button" [attr.aria-current]="view() === 'libraries' ? 'page' : null" (click)="view.set('libraries')">
          Libraries
        </button>
        <button type="button" [attr.aria-current]="view() === 'sessions' ? 'page' : null" (click)="view.set('sessions')">
          Sessions
        </button>
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
      @if (!dashboard.info().loggedIn) {
        <app-login-form />
      } @else if (view() === 'exports') {
        <app-exports-view (browse)="view.set('libraries')" />
      } @else if (view() === 'sessions') {
        <app-sessions-view />
      } @else {
        <app-libraries-view (exported)="view.set('exports')" />
      }
    </main>
  `,
})
export class App {
  readonly dashboard = inject(Dashboard);
  readonly view = signal<'exports' | 'libraries' | 'sessions'>('exports');
  readonly place = computed(() => {
    const { mode, server = '' } = this.dashboard.info();
    return mode === 'simulator' ? 'Simulated vCenter' : server.replace(/^https?:\/\//, '');
  });
}
