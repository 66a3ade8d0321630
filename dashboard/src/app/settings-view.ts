/** The settings: the connection, the theme, and the scenarios of the simulator if it is in the page. */

import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { Dashboard } from './dashboard.ts';
import { SCENARIOS } from './scenarios.ts';
import { Theme, THEMES, type ThemeName } from './theme.ts';

const THEME_LABELS: Readonly<Record<ThemeName, string>> = { system: 'Like the system', light: 'Light', dark: 'Dark' };

@Component({
  selector: 'app-settings-view',
  changeDetection: ChangeDetectionStrategy.OnPush,
  template: `
    <section class="card" aria-labelledby="connection">
      <h2 id="connection">Connection</h2>
      <dl>
        @for (fact of facts(); track fact.name) {
          <div>
            <dt>{{ fact.name }}</dt>
            <dd dir="auto">{{ fact.value }}</dd>
          </div>
        }
      </dl>
    </section>
    @if (dashboard.simulation; as simulation) {
      <section class="card" aria-labelledby="scenarios">
        <h2 id="scenarios">Scenarios of the simulated vCenter</h2>
        <p class="facts">They apply to requests from now on, also to those of exports that run.</p>
        <ul class="items">
          @for (scenario of scenarios; track scenario.id) {
            <li>
              <div class="name">
                <span>{{ scenario.name }}</span>
                <p class="facts" [id]="'about-' + scenario.id">{{ scenario.description }}</p>
              </div>
              <button
                type="button"
                class="switch"
                role="switch"
                [attr.aria-checked]="simulation.active().has(scenario.id)"
                [attr.aria-label]="scenario.name"
                [attr.aria-describedby]="'about-' + scenario.id"
                (click)="simulation.toggle(scenario.id)"
              >
                {{ simulation.active().has(scenario.id) ? '✓ On' : 'Off' }}
              </button>
            </li>
          }
        </ul>
      </section>
    }
    <fieldset class="card">
      <legend>Theme</legend>
      <div class="line">
        @for (name of themes; track name) {
          <label class="check">
            <input type="radio" name="theme" [value]="name" [checked]="theme.name() === name" (change)="theme.select(name)" />
            {{ themeLabel(name) }}
          </label>
        }
      </div>
    </fieldset>
  `,
})
export class SettingsView {
  readonly dashboard = inject(Dashboard);
  readonly theme = inject(Theme);
  readonly scenarios = SCENARIOS;
  readonly themes = THEMES;
  readonly facts = computed(() => {
    const { server, username, dialect, directory, version } = this.dashboard.info();
    const isSimulated = this.dashboard.simulation !== undefined;
    const facts: readonly (readonly [string, string | undefined])[] = [
      ['vCenter', isSimulated ? 'Simulated in this page' : server],
      ['User', this.dashboard.simulation?.username ?? username],
      ['Routes', dialect === undefined ? undefined : `/${dialect}`],
      [
        'Exports are saved',
        directory !== undefined
          ? `by the server, in ${directory}`
          : this.dashboard.isKept()
            ? 'in the storage of the browser, until you save their files and remove them'
            : 'in the memory of this page, which a reload empties',
      ],
      ['Version of the dashboard', version],
    ];
    return facts.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [{ name, value }]));
  });

  themeLabel(name: ThemeName): string {
    return THEME_LABELS[name];
  }
}
