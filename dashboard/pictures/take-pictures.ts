/**
 * Takes the pictures of the guide, with the simulator in the page: `npm run dashboard:pictures`. With a directory as argument, it takes all
 * states in three sizes and both themes into it instead.
 */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { startPageBrowser } from '../test/browser/open-page.ts';
import { STATES } from '../test/browser/states.ts';

/** The states of the guide. */
const GUIDE: readonly string[] = ['running', 'files', 'timeline'];

const [directory] = process.argv.slice(2);
const target = directory ?? join(import.meta.dirname, '../../docs/pictures');
const sizes: readonly (readonly [width: number, height: number])[] =
  directory === undefined
    ? [[1100, 760]]
    : [
        [360, 740],
        [1280, 800],
        [3840, 2160],
      ];

mkdirSync(target, { recursive: true });
const browser = await startPageBrowser();
try {
  const { page } = await browser.open();
  for (const { name, show } of STATES) {
    await show(page);
    if (directory === undefined && !GUIDE.includes(name)) continue;
    for (const [width, height] of sizes) {
      await page.setViewportSize({ width, height });
      for (const colorScheme of directory === undefined ? (['light'] as const) : (['light', 'dark'] as const)) {
        await page.emulateMedia({ colorScheme });
        const suffix = directory === undefined ? '' : `-${width}-${colorScheme}`;
        await page.evaluate(() => scrollTo(0, 0));
        await page.screenshot({ path: join(target, directory === undefined ? `dashboard-${name}.png` : `${name}${suffix}.png`) });
      }
    }
    await page.setViewportSize({ width: 1280, height: 800 });
  }
} finally {
  await browser.close();
}
