/** The page by keyboard alone, in Chromium: the whole way of an export, the shortcuts, and the filter. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { chromiumMissing } from '../../../test/browser/chromium.ts';
import { startPageBrowser, type PageBrowser } from './open-page.ts';

/** The accessible name of the element with the focus. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement;
    return element?.getAttribute('aria-label') ?? element?.textContent.trim() ?? '';
  });

/** Presses Tab until the element with this name has the focus. */
const tabTo = async (page: Page, name: string): Promise<void> => {
  for (let count = 0; count < 100; count += 1) {
    if ((await focused(page)) === name) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`Tab does not reach ${name}`);
};

const pressKeys = async (page: Page, keys: readonly string[]): Promise<void> => {
  for (const key of keys) await page.keyboard.press(key);
};

// `page.test.ts` fails with `CI=true` if Chromium is missing.
describe('the page by keyboard', { skip: chromiumMissing() ?? false, concurrency: true }, () => {
  let browser: PageBrowser;
  before(async () => {
    browser = await startPageBrowser();
  });
  after(() => browser.close());

  test('Tab and Enter choose a library item, start its export, cancel it, and retry it until it is saved', async () => {
    const { page, messages } = await browser.open();
    await page.getByText('No exports yet.').waitFor();
    await tabTo(page, 'Libraries');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Export router' }).waitFor();
    await tabTo(page, 'Export router');
    await page.keyboard.press('Enter');
    await page.getByText('▶ running').waitFor();
    await tabTo(page, 'Cancel router');
    await page.keyboard.press('Enter');
    await page.getByText('✕ cancelled').waitFor();
    // The button is gone, and the focus is on its row.
    assert.equal(await focused(page), 'router');
    await tabTo(page, 'Retry router');
    await page.keyboard.press('Enter');
    await page.getByText('✓ saved').waitFor();
    await tabTo(page, 'Save files');
    const saved = page.waitForEvent('download');
    await page.keyboard.press('Enter');
    await saved;
    await tabTo(page, 'Remove router');
    await page.keyboard.press('Enter');
    await page.getByText('No exports yet.').waitFor();
    await page.close();
    assert.deepEqual(messages, []);
  });

  test('shortcuts show views, select rows, and start, pause, resume, cancel and retry an export', async () => {
    const { page, messages } = await browser.open();
    await page.getByText('No exports yet.').waitFor();
    await pressKeys(page, ['g', 'l']);
    await page.getByRole('button', { name: 'Export router' }).waitFor();
    await pressKeys(page, ['/']);
    await page.keyboard.type('monitor');
    // Both: the first letters match the library of one of them.
    for (const name of ['Export router', 'Export debian-12'])
      await page.getByRole('button', { name }).waitFor({ state: 'detached' });
    await pressKeys(page, ['Escape', 'e']);
    await page.getByText('▶ running').waitFor();
    await pressKeys(page, ['j', 'p']);
    await page.getByText('❚❚ paused').waitFor();
    assert.equal(await focused(page), 'monitoring');
    await page.keyboard.press('p');
    await page.getByText('▶ running').waitFor();
    // Nothing is lost by one key.
    await page.keyboard.press('c');
    assert.equal(await focused(page), 'Cancel monitoring');
    await page.keyboard.press('Enter');
    await page.getByText('✕ cancelled').waitFor();
    await pressKeys(page, ['k', 'j', 'r']);
    await page.getByText('▶ running').waitFor();
    for (const [key, view] of [
      ['s', 'Sessions'],
      ['m', 'Mirrors'],
      ['f', 'Fleet'],
      [',', 'Settings'],
      ['e', 'Exports'],
    ] as const) {
      await pressKeys(page, ['g', key]);
      await page.locator('[aria-current="page"]', { hasText: view }).waitFor();
    }
    await page.close();
    assert.deepEqual(messages, []);
  });

  test('? lists the shortcuts; they can be switched off, and the browser keeps that', async () => {
    const { page, messages } = await browser.open();
    await page.getByText('No exports yet.').waitFor();
    await page.keyboard.press('?');
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Go to the filter of the list').waitFor();
    // Keys of the page do nothing while it is open.
    await pressKeys(page, ['g', 'l']);
    assert.equal(await page.locator('[aria-current="page"]').innerText(), 'Exports');
    await dialog.getByLabel('Use shortcuts').uncheck();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await page.reload();
    await page.getByText('No exports yet.').waitFor();
    await pressKeys(page, ['g', 'l', '?']);
    assert.equal(await page.locator('[aria-current="page"]').innerText(), 'Exports');
    assert.equal(await dialog.count(), 0);
    await page.close();
    assert.deepEqual(messages, []);
  });

  test('a filter without a match states it, and can be cleared', async () => {
    const { page, messages } = await browser.open();
    await page.getByText('No exports yet.').waitFor();
    await pressKeys(page, ['g', 'l']);
    await page.getByRole('button', { name: 'Export router' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('no such item');
    await page.getByText('Nothing matches “no such item”.').waitFor();
    await page.getByRole('button', { name: 'Clear' }).press('Enter');
    await page.getByRole('button', { name: 'Export router' }).waitFor();
    // A library whose name matches has all of its items.
    await page.getByRole('searchbox').fill('APPLIANCES');
    await page.getByRole('button', { name: 'Export debian-12' }).waitFor({ state: 'detached' });
    assert.equal(await page.getByRole('button', { name: /^Export / }).count(), 2);
    await page.close();
    assert.deepEqual(messages, []);
  });
});
