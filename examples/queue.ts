import { createDownloadQueue, vcenter, type SerializedQueue } from 'rx-content-library';
import { toDirectory } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { filter, firstValueFrom } from 'rxjs';

const simulator = createSimulator({
  inventory: {
    libraries: [
      {
        name: 'isos',
        items: ['debian', 'ubuntu', 'fedora'].map((name) => ({
          name,
          id: name,
          files: [{ name: `${name}.iso`, size: 400_000 }],
        })),
      },
    ],
  },
  scenario: { preparation: { requested: 50, preparing: 200 } },
});
const credentials = { username: 'administrator@vsphere.local', password: 'secret' };
const vc = vcenter({ server: 'https://vcenter.example.com', credentials, fetch: simulator.fetch });

// #region queue
const queue = createDownloadQueue(vc, { concurrency: 2, limitRate: 2_000_000 });
for (const name of ['debian', 'ubuntu', 'fedora'])
  queue.add({ id: name, name }, toDirectory(`downloads/${name}`), { id: name, data: `downloads/${name}` });
queue.move('fedora', 0);

queue.state$.subscribe(({ counts, received, speed, timeLeft }) => {
  const left = timeLeft === undefined ? 'unknown' : `${Math.ceil(timeLeft / 1000)} s`;
  console.log(
    `${counts.running} running, ${counts.saved} saved, ${received} bytes, ${Math.round(speed / 1000)} kB/s, left: ${left}`,
  );
});
// #endregion

await firstValueFrom(queue.state$.pipe(filter(({ counts }) => counts.saved === 1)));

// #region restore
const stored = JSON.stringify(queue.serialize());
queue.close();

// After a restart of the program:
const restored = createDownloadQueue(vc, {
  restore: JSON.parse(stored) as SerializedQueue,
  toSink: ({ data }) => toDirectory(String(data)),
});
// #endregion
const { downloads } = await firstValueFrom(restored.state$.pipe(filter(({ counts }) => counts.saved === 3)));
console.log(downloads.map(({ itemName, status }) => `${itemName ?? ''} ${status}`).join(', '));
restored.close();
