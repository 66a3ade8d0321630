import { createDownloadSession, prepareDownloadFile, vcenter, watchDownloadSession } from 'rx-content-library';
import { serve } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { firstValueFrom, map, type Observable } from 'rxjs';

const simulator = createSimulator({
  inventory: {
    libraries: [{ name: 'isos', items: [{ name: 'debian', id: 'item-1', files: [{ name: 'debian.iso', size: 700_000 }] }] }],
  },
  scenario: { preparation: { requested: 300, preparing: 1200 } },
});
const credentials = { username: 'administrator@vsphere.local', password: 'secret' };
const vc = vcenter({ server: 'https://vcenter.example.com', credentials, fetch: simulator.fetch });

// #region service
const toEvents = (values$: Observable<unknown>): Response => {
  const events$ = values$.pipe(map((value) => new TextEncoder().encode(`data: ${JSON.stringify(value)}\n\n`)));
  let disconnect = (): void => undefined;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      const subscription = events$.subscribe({
        next: (event) => controller.enqueue(event),
        error: (error) => controller.error(error),
        complete: () => controller.close(),
      });
      disconnect = () => subscription.unsubscribe();
    },
    cancel: () => disconnect(),
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' } });
};

// All browsers that watch a session share its polls; the last one that disconnects ends them.
const server = await serve(async ({ url }) =>
  toEvents(watchDownloadSession(vc, new URL(url).pathname.slice(1), { period: 250 })),
);
// #endregion

/** Reads the events as `EventSource` of a browser does, until the file is prepared; resolves with their number. */
const browse = async (address: string): Promise<number> => {
  const { body } = await fetch(address);
  let count = 0;
  for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    count += 1;
    if (text.includes('"PREPARED"')) break;
  }
  return count;
};

const session = await firstValueFrom(createDownloadSession(vc, 'item-1'));
await firstValueFrom(prepareDownloadFile(vc, session, 'debian.iso'));
const counts = await Promise.all(Array.from({ length: 20 }, () => browse(`${server.url}/${session}`)));
const polls = simulator.count('content.library.item.downloadsession.File.list');
console.log(`${counts.length} browsers, ${counts.reduce((sum, count) => sum + count, 0)} events, ${polls} polls`);
await server.close();
