/** The states of the page with the simulator in it, each reached from the one before: for tests of all of them, and for pictures. */

import type { Page } from 'playwright-core';

/** A state that the page is brought into. */
export interface PageState {
  readonly name: string;
  readonly show: (page: Page) => Promise<void>;
}

/** Presses a button with this name. */
export const press = (page: Page, name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();

/** Shows a view by its link in the header. */
export const showView = (page: Page, name: string): Promise<void> =>
  page.getByRole('navigation').getByRole('button', { name, exact: true }).click();

/** Switches a scenario of the simulator. */
export const toggleScenario = async (page: Page, name: string): Promise<void> => {
  await showView(page, 'Settings');
  await page.getByRole('switch', { name, exact: true }).click();
};

const exportItem = async (page: Page, name: string): Promise<void> => {
  await showView(page, 'Libraries');
  await press(page, `Export ${name}`);
};

/** In this order. */
export const STATES: readonly PageState[] = [
  { name: 'no-exports', show: (page) => page.getByText('No exports yet.').waitFor() },
  {
    name: 'libraries',
    show: async (page) => {
      await showView(page, 'Libraries');
      await page.getByRole('button', { name: 'Export windows-2022' }).waitFor();
    },
  },
  {
    name: 'files',
    show: async (page) => {
      await press(page, 'Files of router');
      await page.getByRole('checkbox', { name: /router-disk1/ }).waitFor();
    },
  },
  {
    name: 'failed',
    show: async (page) => {
      await toggleScenario(page, 'Failing preparation');
      await exportItem(page, 'monitoring');
      await page.getByText('! failed').waitFor();
    },
  },
  {
    name: 'running',
    show: async (page) => {
      await toggleScenario(page, 'Failing preparation');
      await exportItem(page, 'debian-12');
      await exportItem(page, 'windows-2022');
      await exportItem(page, 'router');
      await page.getByText('downloading').first().waitFor();
    },
  },
  {
    name: 'no-match',
    show: async (page) => {
      await page.getByRole('searchbox').fill('no such item');
      await page.getByText('Nothing matches').waitFor();
    },
  },
  {
    name: 'sessions',
    show: async (page) => {
      await showView(page, 'Sessions');
      await page.getByText('ACTIVE').first().waitFor();
    },
  },
  {
    name: 'paused-and-saved',
    show: async (page) => {
      await showView(page, 'Exports');
      await press(page, 'Pause windows-2022');
      await page.getByText('❚❚ paused').waitFor();
      await page.getByText('✓ saved').first().waitFor();
    },
  },
  {
    name: 'timeline',
    show: async (page) => {
      await page.locator('summary').first().click();
      await page.getByText('All files are saved').first().waitFor();
    },
  },
  {
    name: 'settings',
    show: async (page) => {
      await toggleScenario(page, 'Slow server');
      await page.getByText('1 scenario on').waitFor();
    },
  },
  {
    name: 'mirrors',
    show: async (page) => {
      await showView(page, 'Mirrors');
      await page.getByRole('heading', { name: 'Mirrors' }).waitFor();
    },
  },
  {
    name: 'fleet',
    show: async (page) => {
      await showView(page, 'Fleet');
      await page.getByRole('heading', { name: 'Fleet' }).waitFor();
    },
  },
  {
    name: 'shortcuts',
    show: async (page) => {
      await press(page, 'Keyboard shortcuts');
      await page.getByRole('dialog').waitFor();
    },
  },
];
