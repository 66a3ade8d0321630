import { createEnvironmentInjector, Injector, runInInjectionContext, type EnvironmentInjector } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { createDownloadSession, preparation, watchDownloadSession } from 'rx-content-library';
import { injectContentLibrary, provideContentLibrary } from 'rx-content-library/angular';
import { createSimulator } from 'rx-content-library/simulator';
import { filter, firstValueFrom, lastValueFrom, map } from 'rxjs';

const { fetch } = createSimulator({
  inventory: {
    libraries: [{ name: 'isos', items: [{ name: 'debian', id: 'item-1', files: [{ name: 'debian.iso', size: 700_000 }] }] }],
  },
});
const credentials = { username: 'administrator@vsphere.local', password: 'secret' };
const application = createEnvironmentInjector(
  [provideContentLibrary({ server: 'https://vcenter.example.com', credentials, fetch })],
  Injector.NULL as EnvironmentInjector,
);
const vc = runInInjectionContext(application, injectContentLibrary);
const session = await firstValueFrom(createDownloadSession(vc, 'item-1'));

// #region signal
class Statuses {
  readonly statuses = toSignal(
    watchDownloadSession(injectContentLibrary(), session, { period: 500 }).pipe(
      map(({ files }) => files.map(({ name, status }) => `${name}: ${String(status)}`)),
    ),
    { initialValue: [] },
  );
}
// #endregion

const component = runInInjectionContext(application, () => new Statuses());
await lastValueFrom(preparation(vc, session, 'debian.iso'));
await firstValueFrom(watchDownloadSession(vc, session).pipe(filter(({ files }) => files[0]?.status === 'PREPARED')));
console.log(component.statuses().join('\n'));
application.destroy();
