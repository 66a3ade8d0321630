import { computed, createEnvironmentInjector, Injector, type EnvironmentInjector } from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { toBlob, watchLibrary } from 'rx-content-library';
import { injectContentLibrary, injectDownloadQueue, provideContentLibrary, withDownloadQueue } from 'rx-content-library/angular';
import { createSimulator } from 'rx-content-library/simulator';
import { filter, firstValueFrom, map } from 'rxjs';

const { fetch } = createSimulator({
  inventory: {
    libraries: [
      {
        name: 'isos',
        id: 'library-1',
        items: [{ name: 'debian', id: 'item-1', files: [{ name: 'debian.iso', size: 700_000 }] }],
      },
    ],
  },
});
const credentials = { username: 'administrator@vsphere.local', password: 'secret' };

// #region service
class Downloads {
  readonly queue = injectDownloadQueue();
  readonly items = toSignal(watchLibrary(injectContentLibrary(), 'library-1').pipe(map(({ items }) => items)), {
    initialValue: [],
  });
  readonly percent = computed(() => {
    const { received, total } = this.queue.state();
    return total === 0 ? 0 : Math.floor((100 * received) / total);
  });
  readonly failed = computed(() => this.queue.state().downloads.filter(({ status }) => status === 'failed'));

  download(itemId: string): void {
    this.queue.add(itemId, toBlob());
  }
}

const providers = [
  provideContentLibrary({ server: 'https://vcenter.example.com', credentials, fetch }, withDownloadQueue({ concurrency: 3 })),
  { provide: Downloads },
];
// #endregion

const application = createEnvironmentInjector(providers, Injector.NULL as EnvironmentInjector);
const downloads = application.get(Downloads);
downloads.download('item-1');
await firstValueFrom(downloads.queue.state$.pipe(filter(({ counts }) => counts.saved === 1)));
console.log(`${downloads.items().length} item, ${downloads.percent()} %, ${downloads.failed().length} failed`);
application.destroy();
