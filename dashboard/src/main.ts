/** Starts the page: with the vCenter of its server, or with a simulated one. */

import { inject, provideZonelessChangeDetection } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { App } from './app/app.ts';
import { connect } from './app/connection.ts';
import { Dashboard } from './app/dashboard.ts';
import { SpeedHistory } from './app/speed-history.ts';
import { Theme } from './app/theme.ts';

// Before the first paint: the page does not change its colors later.
const theme = new Theme();
const connection = await connect();
await bootstrapApplication(App, {
  providers: [
    provideZonelessChangeDetection(),
    { provide: Dashboard, useValue: new Dashboard(connection) },
    { provide: SpeedHistory, useFactory: () => new SpeedHistory(inject(Dashboard).state) },
    { provide: Theme, useValue: theme },
  ],
});
