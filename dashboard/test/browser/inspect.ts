/** Inspects what the page shows: rules of accessibility (axe), and texts and buttons that do not fit. */

import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** Returns what axe finds with these rules, or with all of them: rule, elements. */
export const axeProblems = async (page: Page, rules: readonly string[] = []): Promise<readonly string[]> => {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axe.source);
  return page.evaluate(async (only) => {
    const { run } = (globalThis as unknown as { readonly axe: typeof axe }).axe;
    const { violations } = await run(document, {
      resultTypes: ['violations'],
      ...(only.length === 0 ? {} : { runOnly: [...only] }),
    });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ''}`),
    );
  }, rules);
};

/** Returns the problems that axe finds in the light theme, and those of the colors in the dark one. */
export const accessibilityProblems = async (page: Page): Promise<readonly string[]> => {
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await axeProblems(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await axeProblems(page, ['color-contrast']);
  return [...light, ...dark.map((problem) => `dark: ${problem}`)];
};

/** CSS pixels: a phone, a window at 200 % zoom, a window, and a screen of 4K. */
const SIZES = [
  [360, 740],
  [640, 400],
  [1280, 800],
  [3840, 2160],
] as const;

/** Returns the elements that are wider than the window, or whose text is cut off, in all sizes. */
export const layoutProblems = async (page: Page): Promise<readonly string[]> => {
  const problems: string[] = [];
  for (const [width, height] of SIZES) {
    await page.setViewportSize({ width, height });
    const found = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('body *')]
        .filter((element) => element.checkVisibility() && element.closest('svg') === null && element.tagName !== 'PROGRESS')
        .filter((element) => {
          const { left, right, width } = element.getBoundingClientRect();
          const isCut = getComputedStyle(element).display !== 'inline' && element.scrollWidth > element.clientWidth + 1;
          return width > 0 && (left < -1 || right > innerWidth + 1 || isCut);
        })
        .map((element) => `${element.tagName}.${element.className}: ${element.textContent.trim().slice(0, 60)}`),
    );
    problems.push(...found.map((problem) => `${width} px: ${problem}`));
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  return problems;
};
