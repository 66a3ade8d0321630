/** Starts the page: with the vCenter of its server, or with a simulated one. */

import { provideZonelessChangeDetection } from '@angular/core';
import { bootstrapApplication } from '@angular/platform-browser';
import { App } from './app/app.ts';
import { connect, Dashboard } from './app/dashboard.ts';

const connection = await connect();
await bootstrapApplication(App, {
  providers: [provideZonelessChangeDetection(), { provide: Dashboard, useValue: new Dashboard(connection) }],
});
