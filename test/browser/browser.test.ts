/** The library in a real browser: a page whose origin forwards to a simulated vCenter. */

import { createHash } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { createSelfSignedCertificate, nodeHash, serve } from 'rx-content-library/node';
import { createSimulator, type SimulatorOptions } from 'rx-content-library/simulator';
import { chromiumMissing, startChromium } from './chromium.ts';
import { bundlePage, servePage, type PageServerOptions } from './page-server.ts';
import type { BrowserApplication } from './page.ts';

const missing = chromiumMissing();

// Reported as skipped if it cannot run; on a CI machine, where everything is installed, as failed.
if (missing !== undefined) {
  const testOnCi = process.env['CI'] === 'true' ? test : test.skip;
  testOnCi(`Chromium is installed: ${missing}`, () => {
    throw new Error(missing);
  });
}

declare const application: BrowserApplication;

const descriptor = '<Envelope/>';
const disk = Buffer.alloc(1_500_000, 'a disk with bytes that gzip would make small ');
const sha256 = (bytes: string | Buffer): string => createHash('sha256').update(bytes).digest('hex');
const inventory = {
  libraries: [
    {
      name: 'templates',
      id: 'library-1',
      items: [
        {
          name: 'debian',
          id: 'item-1',
          files: [
            { name: 'debian.ovf', content: descriptor },
            { name: 'debian disk #1.vmdk', content: disk },
          ],
        },
        { name: 'ubuntu', id: 'item-2', files: [{ name: 'ubuntu.iso', content: disk }] },
      ],
    },
  ],
};

(missing === undefined ? describe : describe.skip)('in Chromium', () => {
  let script: string;
  let chromium: Awaited<ReturnType<typeof startChromium>>;
  const closings: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    [script, chromium] = await Promise.all([bundlePage(), startChromium()]);
  }, 120_000);

  afterEach(async () => {
    for (const close of closings.splice(0).reverse()) await close();
  });

  afterAll(async () => chromium.close());

  const tls = createSelfSignedCertificate();

  const startVCenter = async (options: SimulatorOptions = {}) => {
    const simulator = createSimulator({ inventory, createHash: nodeHash, ...options });
    const server = await serve(simulator.fetch, { tls });
    closings.push(() => server.close());
    return { simulator, address: server.url };
  };

  const openPage = async (vcenter: string, change?: PageServerOptions['change']): Promise<Page> => {
    const server = await servePage({ script, vcenter, ...(change === undefined ? {} : { change }) });
    closings.push(() => server.close());
    const page = await chromium.context.newPage();
    closings.push(() => page.close());
    await page.goto(server.url);
    await page.waitForFunction(() => 'application' in globalThis);
    return page;
  };

  describe('from the origin of the page', () => {
    test.each(['api', 'rest'] as const)('downloads an item into Blobs, byte for byte, in the dialect %s', async (dialect) => {
      const { simulator, address } = await startVCenter({ scenario: { preparation: { requested: 0, preparing: 100 } } });
      const page = await openPage(address);
      const result = await page.evaluate((options) => application.download('item-1', options), { dialect });
      expect(result).toEqual({
        value: {
          'debian.ovf': { size: descriptor.length, sha256: sha256(descriptor), verified: 'checksum' },
          'debian disk #1.vmdk': { size: disk.length, sha256: sha256(disk), verified: 'checksum' },
        },
      });
      expect(simulator.sessions).toEqual([]);
    });

    test('downloads over the links of 9.0, which need the login', async () => {
      const { simulator, address } = await startVCenter({ scenario: { version: '9.0' } });
      const page = await openPage(address);
      const result = await page.evaluate(() => application.download('item-2', { server: location.origin }));
      expect(result).toMatchObject({ value: { 'ubuntu.iso': { sha256: sha256(disk), verified: 'checksum' } } });
      expect(simulator.count('content.library.item.DownloadSession.create')).toBe(0);
    });
  });

  describe('a proxy that allows every GET to be cached', () => {
    const cacheable: PageServerOptions['change'] = (request, response) => {
      if (request.method !== 'GET') return response;
      const headers = new Headers(response.headers);
      headers.set('cache-control', 'public, max-age=60');
      return new Response(response.body, { status: response.status, headers });
    };
    const scenario = { preparation: { requested: 150, preparing: 150 } };

    test('does not keep a download from its end', async () => {
      const { simulator, address } = await startVCenter({ scenario });
      const page = await openPage(address, cacheable);
      const result = await page.evaluate(() => application.download('item-1', {}, { timeout: 5_000 }));
      expect(result).toMatchObject({ value: { 'debian disk #1.vmdk': { sha256: sha256(disk) } } });
      expect(simulator.count('content.library.item.downloadsession.File.list')).toBeGreaterThan(1);
    });

    test('does not keep a preparation from PREPARED', async () => {
      const { address } = await startVCenter({ scenario });
      const page = await openPage(address, cacheable);
      const result = await page.evaluate(() => application.preparation('item-1', 'debian.ovf'));
      expect(result).toEqual({ value: expect.arrayContaining(['PREPARED']) });
    });

    test('does not keep a watched session from its changes', async () => {
      const { address } = await startVCenter({ scenario });
      const page = await openPage(address, cacheable);
      const result = await page.evaluate(() => application.watch('item-1', 'debian.ovf'));
      expect(result).toEqual({ value: expect.arrayContaining(['PREPARED']) });
    });

    test('does not show a list of libraries twice', async () => {
      const { simulator, address } = await startVCenter();
      const page = await openPage(address, cacheable);
      for (let time = 0; time < 2; time++)
        expect(await page.evaluate(() => application.libraries({}))).toEqual({ value: ['library-1'] });
      expect(simulator.count('content.Library.list')).toBe(2);
    });
  });

  describe('another origin than the one of the page', () => {
    const causes = { error: { tag: 'TransportError', message: expect.stringMatching(/CORS.*certificate.*network/is) } };
    const atOnce = { retry: false, timeout: 20_000 } as const;

    test('a vCenter without CORS headers errors with the three possible causes', async () => {
      const { address, simulator } = await startVCenter();
      const page = await openPage(address);
      const plain = await serve(simulator.fetch);
      closings.push(() => plain.close());
      const result = await page.evaluate((options) => application.libraries(options), { ...atOnce, server: plain.url });
      expect(result).toEqual(causes);
    });

    test('a certificate that the browser refuses errors with the same causes', async () => {
      const { address } = await startVCenter();
      const page = await openPage(address);
      expect(await page.evaluate((options) => application.libraries(options), { ...atOnce, server: address })).toEqual(causes);
    });

    test('a closed port errors with the same causes', async () => {
      const { address } = await startVCenter();
      const page = await openPage(address);
      const closed = await serve(async () => new Response());
      await closed.close();
      expect(await page.evaluate((options) => application.libraries(options), { ...atOnce, server: closed.url })).toEqual(causes);
    });

    test('links that lead to the vCenter itself error with the same causes', async () => {
      const { simulator, address } = await startVCenter({ scenario: { preparation: { requested: 0, preparing: 0 } } });
      const page = await openPage(address);
      expect(
        await page.evaluate(
          (options) => application.download('item-1', { ...options, downloadHost: undefined }, { fileRetry: false }),
          atOnce,
        ),
      ).toEqual(causes);
      expect(simulator.sessions).toEqual([]);
    });
  });

  describe('a page that is gone during a download', () => {
    const minutes = 60_000;
    const scenario = {
      preparation: { requested: 0, preparing: 0 },
      faults: [{ operation: 'data', file: 'debian disk #1.vmdk', kind: 'hang', at: 700_000 }],
    } as const;

    /** Starts a download that never ends, leaves the page, and waits until the server has lost its connection. */
    const leaveDuringDownload = async (leave: (page: Page) => Promise<unknown>) => {
      let offset = 0;
      const { simulator, address } = await startVCenter({ scenario, clock: { now: () => Date.now() + offset } });
      const [requested, disconnected] = [Promise.withResolvers<null>(), Promise.withResolvers<null>()];
      const page = await openPage(address, (request, response) => {
        if (request.url.includes('/cls/data/')) {
          request.signal.addEventListener('abort', () => disconnected.resolve(null));
          requested.resolve(null);
        }
        return response;
      });
      await page.evaluate(() => application.startDownload('item-1'));
      // A page that is left earlier has no connection that the server could lose.
      await requested.promise;
      await Promise.all([leave(page), disconnected.promise]);
      return { simulator, advance: (milliseconds: number) => void (offset += milliseconds) };
    };

    test.each([
      ['closed', (page: Page) => page.close()],
      ['navigated', (page: Page) => page.goto('about:blank')],
      ['reloaded', (page: Page) => page.reload()],
    ])('%s: deletes the download session and logs out', async (_, leave) => {
      const { simulator, advance } = await leaveDuringDownload(leave);
      const deleted = () =>
        simulator.requests.find(({ operation }) => operation === 'content.library.item.DownloadSession.delete');
      // Both requests have left the page, and reach the server a moment later.
      while (deleted() === undefined || simulator.apiSessions > 0) await setTimeout(1);
      // The logout may overtake the deletion.
      if (deleted()?.status === 401) advance(5 * minutes);
      expect(simulator.sessions).toEqual([]);
    });

    test('crashed: leaves a download session for five minutes, and a login for half an hour', async () => {
      const { simulator, advance } = await leaveDuringDownload((page) =>
        // Chromium does not always respond to the navigation after the crash.
        Promise.race([page.waitForEvent('crash').catch(() => undefined), page.goto('chrome://crash').catch(() => undefined)]),
      );
      expect(simulator.sessions).toHaveLength(1);
      expect(simulator.apiSessions).toBe(1);
      advance(5 * minutes);
      expect(simulator.sessions).toEqual([]);
      advance(25 * minutes);
      expect(simulator.apiSessions).toBe(0);
    });
  });
});
