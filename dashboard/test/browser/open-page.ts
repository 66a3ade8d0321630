/** Opens the page in Chromium, with what it writes to the console. */

import type { Page } from 'playwright-core';
import { startChromium } from '../../../test/browser/chromium.ts';
import { startDashboard, type DashboardOptions } from '../../server/index.ts';

/** A page, and its messages: those of the console, errors, and violations of the Content-Security-Policy. */
export interface OpenedPage {
  readonly page: Page;
  readonly messages: readonly string[];
}

/** Chromium, and the servers of the pages that are open in it. */
export interface PageBrowser {
  /** Starts a server, and opens its page. */
  readonly open: (options?: DashboardOptions) => Promise<OpenedPage>;
  /** Ends Chromium and the servers. */
  readonly close: () => Promise<void>;
}

/** Starts Chromium. */
export const startPageBrowser = async (): Promise<PageBrowser> => {
  const chromium = await startChromium();
  const servers: (() => Promise<void>)[] = [];
  return {
    open: async (options = {}) => {
      const dashboard = await startDashboard(options);
      servers.push(() => dashboard.close());
      const page = await chromium.context.newPage();
      const messages: string[] = [];
      page.on('console', (message) => messages.push(message.text()));
      page.on('pageerror', (error) => messages.push(error.message));
      await page.goto(dashboard.url);
      return { page, messages };
    },
    close: async () => {
      for (const close of servers.splice(0).reverse()) await close();
      await chromium.close();
    },
  };
};
