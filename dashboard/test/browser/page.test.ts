/** The page in Chromium: with the simulator in the page, and through the server against vcsim into a directory. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { chromiumMissing } from '../../../test/browser/chromium.ts';
import { startVcsim, vcsimMissing, type Vcsim } from '../../../test/support/vcsim.ts';
import { startPageBrowser, type PageBrowser } from './open-page.ts';

const missing = chromiumMissing() ?? vcsimMissing();

test(
  'Chromium and vcsim are installed',
  { skip: missing !== undefined && process.env['CI'] !== 'true' ? missing : false },
  () => {
    assert.equal(missing, undefined);
  },
);

describe('the page in Chromium', { skip: missing ?? false, concurrency: true }, () => {
  let browser: PageBrowser;
  let vcsim: Vcsim;
  const closings: (() => Promise<unknown>)[] = [];
  before(async () => {
    [browser, vcsim] = await Promise.all([startPageBrowser(), startVcsim({ tls: true })]);
  });
  after(async () => {
    await browser.close();
    for (const close of closings.splice(0).reverse()) await close();
    await vcsim.stop();
  });

  const open: PageBrowser['open'] = (options) => browser.open(options);

  test('exports an item of the simulated vCenter by keyboard, and saves its files', async () => {
    const { page, messages } = await open();
    await page.getByRole('button', { name: 'Choose an item to export' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Export router' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('PREPARING', { exact: true }).first().waitFor();
    const save = page.getByRole('button', { name: 'Save files' });
    await save.waitFor();
    const saved = page.waitForEvent('download');
    await save.click();
    const download = await saved;
    assert.equal(download.suggestedFilename(), 'router.ovf');
    assert.equal(readFileSync(await download.path(), 'utf8'), '<Envelope/>');
    await page.close();
    assert.deepEqual(messages, []);
  });

  test('pauses, resumes, cancels and retries an export', async () => {
    const { page, messages } = await open();
    const press = (name: string) => page.getByRole('button', { name, exact: true }).click();
    await press('Choose an item to export');
    await press('Export monitoring');
    await press('Pause monitoring');
    await page.getByText('paused', { exact: false }).first().waitFor();
    await press('Resume monitoring');
    await press('Cancel monitoring');
    await press('Retry monitoring');
    await press('Cancel monitoring');
    await press('Remove monitoring');
    await page.getByText('No exports yet.').waitFor();
    await page.close();
    assert.deepEqual(messages, []);
  });

  test('exports chosen files of an item, and shows and deletes download sessions', async () => {
    const { page, messages } = await open();
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    await button('Libraries').click();
    await button('Files of router').click();
    await page.getByRole('checkbox', { name: /router-disk1/ }).uncheck();
    await button('Export 1 file').click();
    await page.getByText('✓ saved').waitFor();
    assert.equal(await page.getByText('router-disk1.vmdk').count(), 0);
    await button('Libraries').click();
    await button('Export windows-2022').click();
    await page.getByText('PREPARING', { exact: true }).first().waitFor();
    await button('Sessions').click();
    await page.getByText('ACTIVE').waitFor();
    await button('Exports').click();
    await button('Cancel windows-2022').click();
    await button('Sessions').click();
    await page.getByText('There are no download sessions.').or(button('Reload')).first().waitFor();
    while (!(await page.getByText('There are no download sessions.').isVisible())) await button('Reload').click();
    await page.close();
    assert.deepEqual(messages, []);
  });

  test('shows the login again once the login has ended, and then listens to the exports of the server', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'dashboard-browser-'));
    closings.push(async () => rmSync(directory, { recursive: true, force: true }));
    const trust = { ca: vcsim.certificate, proxy: false } as const;
    const { page } = await open({ server: vcsim.url, trust, directory });
    const logIn = async (): Promise<void> => {
      await page.getByLabel('User name').fill('user');
      await page.getByLabel('Password').fill('a password');
      await page.getByRole('button', { name: 'Log in' }).click();
    };
    await logIn();
    await page.getByText('No exports yet.').waitFor();
    // Another tab logs out.
    await page.evaluate(() => fetch('logout', { method: 'POST' }));
    await page.getByRole('button', { name: 'Libraries' }).click();
    await logIn();
    await page.getByRole('button', { name: 'Exports', exact: true }).click();
    await page.getByText('No exports yet.').waitFor();
    await page.getByText('Not live').waitFor({ state: 'detached' });
    assert.equal(await page.getByText('Not live').count(), 0);
    await page.close();
  });

  test('logs in, and exports from vcsim through the server into its directory, byte for byte', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'dashboard-browser-'));
    closings.push(async () => rmSync(directory, { recursive: true, force: true }));
    const bytes = randomBytes(500_000);
    await vcsim.fill('templates', 'debian', [{ name: 'disk #1.vmdk', bytes }]);
    const trust = { ca: vcsim.certificate, proxy: false } as const;
    const { page, messages } = await open({ server: vcsim.url, trust, directory });
    await page.getByLabel('User name').fill('user');
    await page.getByLabel('Password').fill('a password');
    await page.getByRole('button', { name: 'Log in' }).click();
    await page.getByRole('button', { name: 'Choose an item to export' }).click();
    await page.getByRole('button', { name: 'Export debian' }).click();
    await page.getByText('✓ saved').waitFor();
    assert.deepEqual(readFileSync(join(directory, 'templates/debian/disk #1.vmdk')), bytes);
    assert.deepEqual(await vcsim.downloadSessions(), []);
    assert.equal(await page.evaluate(() => document.cookie), '');
    await page.reload();
    await page.getByText('✓ saved').waitFor();
    await page.close();
    assert.deepEqual(messages, []);
  });

  test('loads within 450 kB', async () => {
    const { page } = await open();
    await page.reload({ waitUntil: 'networkidle' });
    const sizes = await page.evaluate(() =>
      performance.getEntriesByType('resource').map((entry) => (entry as PerformanceResourceTiming).encodedBodySize),
    );
    const total = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(total > 50_000 && total < 450_000, `${total} bytes`);
    await page.close();
  });
});
