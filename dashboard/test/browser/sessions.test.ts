/** The download sessions of a vCenter in the page, in Chromium: when they expire, and the deletion of those that have ended. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cancelDownloadSession, createDownloadSession, findItems } from 'rx-content-library';
import { createSelfSignedCertificate, serve } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { firstValueFrom, lastValueFrom } from 'rxjs';
import { chromiumMissing } from '../../../test/browser/chromium.ts';
import { inventory } from '../../src/app/inventory.ts';
import { startPageBrowser } from './open-page.ts';
import { connectTo } from './page-inventory.ts';
import { press, showView } from './states.ts';

// `page.test.ts` fails with `CI=true` if Chromium is missing.
test(
  'states the date and time at which sessions expire, and deletes those that have ended',
  { skip: chromiumMissing() ?? false },
  async () => {
    const simulator = createSimulator({ inventory });
    const vc = connectTo(simulator);
    const createSession = async (name: string): Promise<string> => {
      const [id = ''] = await firstValueFrom(findItems(vc, { name }));
      return firstValueFrom(createDownloadSession(vc, id));
    };
    await createSession('router');
    await lastValueFrom(cancelDownloadSession(vc, await createSession('monitoring')), { defaultValue: undefined });
    const tls = createSelfSignedCertificate();
    const vcenter = await serve((request) => simulator.fetch(request), { tls });
    const browser = await startPageBrowser();
    try {
      const trust = { thumbprint: tls.thumbprint, proxy: false } as const;
      const { page, messages } = await browser.open({ server: vcenter.url, trust });
      await page.getByLabel('User name').fill('administrator@vsphere.local');
      await page.getByLabel('Password').fill('secret');
      await press(page, 'Log in');
      await showView(page, 'Sessions');
      await page.getByText('CANCELED').waitFor();
      const expiry = page.locator('time').first();
      const iso = (await expiry.getAttribute('datetime')) ?? '';
      const shown = await page.evaluate(
        (text) => new Date(text).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'medium' }),
        iso,
      );
      assert.equal(await expiry.innerText(), shown);
      await press(page, 'Delete ended sessions (1)');
      await page.getByText('CANCELED').waitFor({ state: 'detached' });
      assert.deepEqual(
        simulator.sessions.map(({ state }) => state),
        ['ACTIVE'],
      );
      assert.equal(await page.getByRole('button', { name: 'Delete ended sessions' }).isEnabled(), false);
      await page.close();
      assert.deepEqual(messages, []);
    } finally {
      await browser.close();
      await vcenter.close();
    }
  },
);
