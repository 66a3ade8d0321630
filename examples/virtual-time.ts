import { createDownloadSession, findItems, getDownloadSession, vcenter } from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';
import { lastValueFrom, VirtualTimeScheduler } from 'rxjs';

// #region clock
const clock = new VirtualTimeScheduler();
const simulator = createSimulator({ clock });

/** Advances the virtual time. */
const advance = (minutes: number): void => {
  clock.schedule(() => undefined, minutes * 60_000);
  clock.flush();
};
// #endregion

const credentials = { username: 'administrator@vsphere.local', password: 'secret' };
const vc = vcenter({ server: 'https://vcenter.example.com', credentials, fetch: simulator.fetch });
const [item = ''] = await lastValueFrom(findItems(vc, { name: 'debian-12' }));
const session = await lastValueFrom(createDownloadSession(vc, item));
advance(4);
console.log((await lastValueFrom(getDownloadSession(vc, session))).expiration_time);
advance(5);
console.log(`${simulator.sessions.length} download sessions, ${simulator.apiSessions} login`);
