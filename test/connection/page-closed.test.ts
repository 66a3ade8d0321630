/** The requests of a page that is closed, with an event target in place of the page. */

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { download, listLibraries, logout, toBlob, vcenter } from 'rx-content-library';
import { createSimulator, type Scenario } from 'rx-content-library/simulator';
import { filter, firstValueFrom, lastValueFrom } from 'rxjs';
import { collectValues } from '../support/collect.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { inventory, user } from '../support/simulated-vcenter.ts';

describe('a page that is closed', () => {
  let target: EventTarget;
  let listeners: number;

  beforeEach(() => {
    target = new EventTarget();
    listeners = 0;
    Object.assign(globalThis, {
      document: Object.assign(new EventTarget(), { visibilityState: 'visible' }),
      addEventListener: (type: string, listener: EventListener) => {
        listeners += 1;
        target.addEventListener(type, listener);
      },
      removeEventListener: (type: string, listener: EventListener) => {
        listeners -= 1;
        target.removeEventListener(type, listener);
      },
    });
  });

  afterEach(() => {
    for (const name of ['document', 'addEventListener', 'removeEventListener']) Reflect.deleteProperty(globalThis, name);
  });

  const hide = () => target.dispatchEvent(new Event('pagehide'));

  /** A simulator whose files are never prepared, and the requests that were sent with `keepalive`. */
  const connect = (scenario: Scenario = { preparation: { preparing: 60_000 } }) => {
    const kept: string[] = [];
    const simulator = createSimulator({ inventory, users: [user], scenario });
    const vc = vcenter({
      server: 'https://vcenter.example.com',
      credentials: user,
      dialect: 'api',
      fetch: (input, init) => {
        const request = new Request(input, init);
        if (request.keepalive)
          kept.push(`${request.method} ${new URL(request.url).pathname.replace(/(?<=download-session).*/, '')}`);
        return simulator.fetch(request);
      },
    });
    return { simulator, vc, kept };
  };

  const until = async (isReached: () => boolean): Promise<void> => {
    while (!isReached()) await new Promise((resolve) => setImmediate(resolve));
  };

  test('deletes its download session, then logs out; both with keepalive', async () => {
    const { simulator, vc, kept } = connect();
    const subscription = download(vc, 'item-1', toBlob()).subscribe();
    await until(() => simulator.count('content.library.item.downloadsession.File.prepare') > 0);
    hide();
    await until(() => simulator.sessions.length === 0 && simulator.apiSessions === 0);
    expect(kept).toEqual(['DELETE /api/content/library/item/download-session', 'DELETE /api/session']);
    subscription.unsubscribe();
  });

  test('continues with a new login and a new session if the browser shows it again', async () => {
    await inFakeTime(async () => {
      const { simulator, vc } = connect({ preparation: { preparing: 10_000 } });
      const saved = collectValues(download(vc, 'item-1', toBlob()).pipe(filter(({ type }) => type === 'saved')));
      await until(() => simulator.count('content.library.item.downloadsession.File.prepare') === 3);
      hide();
      await until(() => simulator.sessions.length === 0 && simulator.apiSessions === 0);
      expect(await saved).toHaveLength(3);
      expect(simulator.count('content.library.item.DownloadSession.create')).toBe(2);
      expect(simulator.sessions).toEqual([]);
    });
  });

  test('sends nothing for a download that has ended, and logs out once', async () => {
    const { simulator, vc, kept } = connect({ preparation: { requested: 0, preparing: 0 } });
    await lastValueFrom(download(vc, 'item-1', toBlob()));
    hide();
    await until(() => simulator.apiSessions === 0);
    expect(kept).toEqual(['DELETE /api/session']);
  });

  test('has no listener left after the logout', async () => {
    const { vc } = connect();
    await firstValueFrom(listLibraries(vc));
    expect(listeners).toBe(1);
    await lastValueFrom(logout(vc), { defaultValue: undefined });
    expect(listeners).toBe(0);
  });
});
