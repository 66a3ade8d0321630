/** The settings of the page in Chromium: the scenarios of the simulator in the page, the connection, and the theme. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { Download, Page } from 'playwright-core';
import { download, findItems, logout, toBlob } from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';
import { firstValueFrom, lastValueFrom } from 'rxjs';
import { chromiumMissing } from '../../../test/browser/chromium.ts';
import { inventory } from '../../src/app/inventory.ts';
import { SCENARIOS, scenarioWith } from '../../src/app/scenarios.ts';
import { startPageBrowser, type PageBrowser } from './open-page.ts';
import { bytesOf, connectTo } from './page-inventory.ts';

test('the simulator accepts each scenario, and all of them together', () => {
  const simulator = createSimulator();
  const ids = SCENARIOS.map(({ id }) => id);
  for (const active of [...ids.map((id) => [id]), ids, []]) simulator.setScenario(scenarioWith(new Set(active)));
  assert.equal(ids.length, 5);
});

test('a lost session is replaced by another one, once', async () => {
  const simulator = createSimulator({ inventory });
  simulator.setScenario({ ...scenarioWith(new Set(['lease-lost'])), preparation: {}, data: {} });
  const vc = connectTo(simulator);
  const [id = ''] = await firstValueFrom(findItems(vc, { name: 'debian-12' }));
  await lastValueFrom(download(vc, id, toBlob()));
  assert.equal(simulator.count('content.library.item.DownloadSession.create'), 2);
  await lastValueFrom(logout(vc), { defaultValue: undefined });
});

// `page.test.ts` fails with `CI=true` if Chromium is missing.
describe('the settings in Chromium', { skip: chromiumMissing() ?? false, concurrency: true }, () => {
  let browser: PageBrowser;
  before(async () => {
    browser = await startPageBrowser();
  });
  after(() => browser.close());

  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  const view = (page: Page, name: string) => page.getByRole('navigation').getByRole('button', { name, exact: true }).click();
  const toggle = async (page: Page, name: string): Promise<void> => {
    await view(page, 'Settings');
    await page.getByRole('switch', { name, exact: true }).click();
  };
  const exportRouter = async (page: Page): Promise<void> => {
    await view(page, 'Libraries');
    await button(page, 'Export router').click();
  };
  const isSaved = (page: Page) => page.getByText('✓ saved').waitFor();

  test('a failing preparation shows the message of the server, and the export is saved by a retry once it is off', async () => {
    const { page, messages } = await browser.open();
    await toggle(page, 'Failing preparation');
    await page.getByText('Simulated vCenter · 1 scenario on').waitFor();
    await exportRouter(page);
    await page.getByText('! failed').waitFor();
    assert.match(await page.getByRole('alert').innerText(), /Error transferring file router.+ Reason: IO error\./);
    await toggle(page, 'Failing preparation');
    await view(page, 'Exports');
    await button(page, 'Retry router').click();
    await isSaved(page);
    await page.close();
    assert.deepEqual(messages, []);
  });

  test('truncated transfers and a lost session do not change the bytes', async () => {
    const { page, messages } = await browser.open();
    const downloads: Download[] = [];
    page.on('download', (download) => downloads.push(download));
    await toggle(page, 'Truncated transfers');
    await toggle(page, 'Lost download session');
    await exportRouter(page);
    await isSaved(page);
    await button(page, 'Save files').click();
    while (downloads.length < 2) await page.waitForEvent('download');
    for (const saved of downloads) {
      const expected = await bytesOf('router', saved.suggestedFilename());
      assert.ok(readFileSync(await saved.path()).equals(expected), saved.suggestedFilename());
    }
    await view(page, 'Sessions');
    await page.getByText('There are no download sessions.').waitFor();
    await page.close();
    assert.deepEqual(messages, []);
  });

  test('a wrong certificate fails the export before bytes are received', async () => {
    const { page, messages } = await browser.open();
    await toggle(page, 'Wrong certificate');
    await exportRouter(page);
    await page.getByText('! failed').waitFor();
    assert.match(await page.getByRole('alert').innerText(), /The certificate of simulated\.example\.com was rejected/);
    assert.equal(await page.getByText('verified:').count(), 0);
    await page.close();
    assert.deepEqual(messages, []);
  });

  test('an export of a slow server can be cancelled, and another one is fast once it is off', async () => {
    const { page, messages } = await browser.open();
    await toggle(page, 'Slow server');
    await view(page, 'Libraries');
    await button(page, 'Export monitoring').click();
    await page.getByText('PREPARE_REQUESTED').first().waitFor();
    await toggle(page, 'Slow server');
    await exportRouter(page);
    await isSaved(page);
    await button(page, 'Cancel monitoring').click();
    await page.getByText('✕ cancelled').waitFor();
    await page.close();
    assert.deepEqual(messages, []);
  });

  test('the theme changes the colors, and is kept by the browser', async () => {
    const { page, messages } = await browser.open();
    const colors = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    await page.emulateMedia({ colorScheme: 'light' });
    await view(page, 'Settings');
    const light = await colors();
    await page.getByLabel('Dark').check();
    const dark = await colors();
    assert.notEqual(dark, light);
    await page.reload();
    assert.equal(await colors(), dark);
    await page.emulateMedia({ colorScheme: 'dark' });
    await view(page, 'Settings');
    assert.ok(await page.getByLabel('Dark').isChecked());
    await page.getByLabel('Light').check();
    assert.equal(await colors(), light);
    await page.getByLabel('Like the system').check();
    assert.equal(await colors(), dark);
    await page.close();
    assert.deepEqual(messages, []);
  });

  test('shows the connection of a server before the login, without scenarios', async () => {
    const { page, messages } = await browser.open({ server: 'https://vcenter.example.com', directory: '.' });
    await view(page, 'Settings');
    await page.getByText('https://vcenter.example.com').waitFor();
    await page.getByText(/^by the server, in /).waitFor();
    assert.equal(await page.getByRole('switch').count(), 0);
    await page.close();
    assert.deepEqual(messages, []);
  });

  test('Mirrors and Fleet state that they are empty in this version', async () => {
    const { page, messages } = await browser.open();
    for (const [name, text] of [
      ['Mirrors', /shows no mirrors/],
      ['Fleet', /shows no fleet/],
    ] as const) {
      await view(page, name);
      await page.getByText(text).waitFor();
    }
    await page.close();
    assert.deepEqual(messages, []);
  });
});
