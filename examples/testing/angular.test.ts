/** Tests an Angular service against a simulated vCenter. */

import { createEnvironmentInjector, Injector, type EnvironmentInjector } from '@angular/core';
import { afterEach, expect, test } from '@jest/globals';
import { injectContentLibrary, provideContentLibrary } from 'rx-content-library/angular';
import { firstValueFrom } from 'rxjs';
import { templateNames } from './templates.ts';
import { simulator } from './vcenter.ts';

// #region service
class Templates {
  readonly names$ = templateNames(injectContentLibrary(), 'library-1');
}

const providers = [
  provideContentLibrary({
    server: 'https://vcenter.example.com',
    credentials: { username: 'administrator@vsphere.local', password: 'secret' },
    fetch: simulator.fetch,
  }),
  { provide: Templates },
];
// #endregion

let injector: EnvironmentInjector;
afterEach(() => {
  injector.destroy();
  simulator.reset();
});

test('the service emits the names of the templates', async () => {
  injector = createEnvironmentInjector(providers, Injector.NULL as EnvironmentInjector);
  expect(await firstValueFrom(injector.get(Templates).names$)).toEqual(['debian-12', 'ubuntu-24.04']);
});

test('two subscribers share one login', async () => {
  injector = createEnvironmentInjector(providers, Injector.NULL as EnvironmentInjector);
  const { names$ } = injector.get(Templates);
  await Promise.all([firstValueFrom(names$), firstValueFrom(names$)]);
  expect(simulator.count('cis.Session.create')).toBe(1);
});
