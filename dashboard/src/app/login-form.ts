/** The login of a user, by the server of the page. */

import { ChangeDetectionStrategy, Component, inject, signal } from '@angular/core';
import { Dashboard } from './dashboard.ts';

@Component({
  selector: 'app-login-form',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <form class="card" (submit)="$event.preventDefault(); logIn(username.value, password.value)">
      <h2>Log in to {{ dashboard.info().server }}</h2>
      <label
        >User name <input #username name="username" autocomplete="username" required placeholder="user@vsphere.local"
      /></label>
      <label>Password <input #password name="password" type="password" autocomplete="current-password" required /></label>
      @if (message(); as text) {
        <p class="error" role="alert">{{ text }}</p>
      }
      <button type="submit" class="primary" [disabled]="isBusy()">{{ isBusy() ? 'Logging in …' : 'Log in' }}</button>
    </form>
  `,
})
export class LoginForm {
  readonly dashboard = inject(Dashboard);
  readonly message = signal<string | undefined>(undefined);
  readonly isBusy = signal(false);

  async logIn(username: string, password: string): Promise<void> {
    this.isBusy.set(true);
    this.message.set(await this.dashboard.logIn(username, password).catch(() => 'The server of this page cannot be reached.'));
    this.isBusy.set(false);
  }
}
