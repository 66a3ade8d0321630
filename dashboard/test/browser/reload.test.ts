/** Exports of the page over a reload, in Chromium: bytes are received once, files are right, and nothing remains of what is removed. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { chromiumMissing } from '../../../test/browser/chromium.ts';
import { startPageBrowser, type PageBrowser } from './open-page.ts';
import { bytesOf } from './page-inventory.ts';
import { press, showView } from './states.ts';

const DISK = 'router-disk1.vmdk';

/** Bytes of a shown size, such as `3.1 MB`. */
const toBytes = (text: string): number => {
  const [, number = 'NaN', unit = ''] = /([\d.]+) (B|kB|MB)/.exec(text) ?? [];
  return Number(number) * ({ B: 1, kB: 1000, MB: 1_000_000 }[unit] ?? NaN);
};

const disk = (page: Page) => page.locator('.files li', { hasText: DISK });

/** Waits until the disk has more bytes than this. */
const received = async (page: Page, bytes: number): Promise<number> => {
  const row = disk(page).filter({ hasText: 'downloading' });
  for (;;) {
    const shown = toBytes(await row.locator('span').nth(2).innerText());
    if (shown > bytes) return shown;
    await row.page().waitForFunction(
      ([name, text]) => {
        const line = [...document.querySelectorAll('.files li')].find((each) => each.textContent.includes(name ?? ''));
        return line?.children[2]?.textContent !== text;
      },
      [DISK, await row.locator('span').nth(2).innerText()],
    );
  }
};

/** Records the bytes of the disk that are shown while it is downloaded, from the start of the page. */
const recordBytes = async (page: Page): Promise<void> => {
  await page.addInitScript((name) => {
    const shown: string[] = [];
    Object.assign(globalThis, { shown });
    new MutationObserver(() => {
      const line = [...document.querySelectorAll('.files li')].find((each) => each.textContent.includes(name));
      if (line?.children[1]?.textContent === 'downloading') shown.push(line.children[2]?.textContent ?? '');
    }).observe(document, { subtree: true, childList: true, characterData: true });
  }, DISK);
};

const leastShown = async (page: Page): Promise<number> =>
  Math.min(...(await page.evaluate(() => (globalThis as unknown as { shown: string[] }).shown)).map(toBytes));

const savesRightBytes = async (page: Page): Promise<void> => {
  await page.getByText('✓ saved').waitFor();
  assert.match(await disk(page).innerText(), /verified: checksum/);
  const names: string[] = [];
  page.on('download', (download) => names.push(download.suggestedFilename()));
  const saved = page.waitForEvent('download', (download) => download.suggestedFilename() === DISK);
  await press(page, 'Save files');
  const bytes = readFileSync(await (await saved).path());
  assert.ok(bytes.equals(await bytesOf('router', DISK)), `${bytes.length} bytes of ${DISK}`);
  assert.deepEqual(names.sort(), [DISK, 'router.ovf']);
};

/** The folders of exports in the storage of the browser. */
const keptFolders = (page: Page): Promise<readonly string[]> =>
  page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    const exports = await (await root.getDirectoryHandle('content-library-exports')).getDirectoryHandle('simulator');
    const names: string[] = [];
    for await (const [name] of exports.entries()) names.push(name);
    return names;
  });

// `page.test.ts` fails with `CI=true` if Chromium is missing.
describe('a reload of the page', { skip: chromiumMissing() ?? false, concurrency: true }, () => {
  let browser: PageBrowser;
  before(async () => {
    browser = await startPageBrowser();
  });
  after(() => browser.close());

  const startExport = async () => {
    const opened = await browser.open();
    await showView(opened.page, 'Libraries');
    await press(opened.page, 'Export router');
    return opened;
  };

  test('a paused export stays paused, and goes on after its bytes; removed, nothing is kept of it', async () => {
    const { page, messages } = await startExport();
    await received(page, 1_000_000);
    await press(page, 'Pause router');
    await page.getByText('❚❚ paused').waitFor();
    const before = toBytes(await disk(page).locator('span').nth(2).innerText());
    await recordBytes(page);
    await page.reload();
    await page.getByText('❚❚ paused').waitFor();
    await press(page, 'Resume router');
    await savesRightBytes(page);
    assert.ok((await leastShown(page)) >= before, `${await leastShown(page)} bytes after ${before}`);
    assert.equal((await keptFolders(page)).length, 1);
    // The files are there after another reload, too.
    await page.reload();
    await savesRightBytes(page);
    await press(page, 'Remove router');
    await page.getByText('No exports yet.').waitFor();
    while ((await keptFolders(page)).length > 0) await page.waitForTimeout(50);
    await page.close();
    assert.deepEqual(messages, []);
  });

  test('a running export goes on by itself, after the bytes that were kept', async () => {
    const { page, messages } = await startExport();
    await received(page, 4_000_000);
    await recordBytes(page);
    await page.reload();
    await savesRightBytes(page);
    assert.ok((await leastShown(page)) >= 500_000, `${await leastShown(page)} bytes`);
    await page.close();
    assert.deepEqual(messages, []);
  });

  test('a second page of the same address keeps its exports in memory, and leaves those of the first alone', async () => {
    const { page, messages } = await startExport();
    await received(page, 0);
    const second = await page.context().newPage();
    await second.goto(page.url());
    await second.getByText('No exports yet.').waitFor();
    await showView(second, 'Settings');
    await second.getByText('in the memory of this page').waitFor();
    await showView(second, 'Libraries');
    await press(second, 'Export router');
    await savesRightBytes(second);
    await second.close();
    await savesRightBytes(page);
    await page.close();
    assert.deepEqual(messages, []);
  });
});
