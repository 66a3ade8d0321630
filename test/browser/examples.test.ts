/** The examples for pages, each in a real browser: RxJS, React and Svelte. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { build, type Plugin } from 'esbuild';
import { serve } from 'rx-content-library/node';
import { compile } from 'svelte/compiler';
import { chromiumMissing, startChromium } from './chromium.ts';

const missing = chromiumMissing();

// Reported as skipped if it cannot run; on a CI machine, where everything is installed, as failed.
if (missing !== undefined) {
  const testOnCi = process.env['CI'] === 'true' ? test : test.skip;
  testOnCi(`Chromium is installed: ${missing}`, () => {
    throw new Error(missing);
  });
}

const folder = fileURLToPath(new URL('../../examples/pages', import.meta.url));
const conditions = process.env['RX_CONTENT_LIBRARY_TEST'] === 'dist' ? [] : ['rx-content-library-source'];

const warnings: string[] = [];
const svelte: Plugin = {
  name: 'svelte',
  setup: (plugin) =>
    plugin.onLoad({ filter: /\.svelte$/ }, ({ path }) => {
      const compiled = compile(readFileSync(path, 'utf8'), { filename: path });
      warnings.push(...compiled.warnings.map(({ message }) => message));
      return { contents: compiled.js.code, loader: 'js', resolveDir: folder };
    }),
};

const bundle = async (file: string): Promise<string> => {
  const { outputFiles } = await build({
    entryPoints: [join(folder, file)],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
    conditions: [...conditions, 'svelte', 'production'],
    define: { 'process.env.NODE_ENV': '"production"' },
    plugins: [svelte],
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
};

const pages = ['rxjs.ts', 'react.tsx', 'svelte.ts'];

(missing === undefined ? describe : describe.skip)('in Chromium', () => {
  let chromium: Awaited<ReturnType<typeof startChromium>>;
  const closings: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    chromium = await startChromium();
  }, 120_000);

  afterEach(async () => {
    for (const close of closings.splice(0).reverse()) await close();
  });

  afterAll(async () => chromium.close());

  test.each(pages)('%s shows a download until it is saved, and cancels another one', async (file) => {
    const script = await bundle(file);
    const server = await serve(async ({ url }) =>
      new URL(url).pathname === '/page.js'
        ? new Response(script, { headers: { 'content-type': 'text/javascript' } })
        : new Response('<!doctype html><link rel="icon" href="data:,"><body><script type="module" src="/page.js"></script>', {
            headers: { 'content-type': 'text/html' },
          }),
    );
    closings.push(() => server.close());
    const page = await chromium.context.newPage();
    closings.push(() => page.close());
    const problems: string[] = [];
    page.on('console', (message) => void problems.push(message.text()));
    page.on('pageerror', (error) => void problems.push(error.message));
    await page.goto(server.url);

    await page.getByText('Download debian-12').click();
    await page.getByText('debian-12: running').waitFor();
    await page.getByText('debian-12: saved, 300000 bytes').waitFor();
    await page.getByText('0 running, 1 saved').waitFor();

    await page.getByText('Download debian-12').click();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('debian-12: cancelled').waitFor();
    expect(await page.getByText('saved, 300000 bytes').count()).toBe(1);
    expect(problems).toEqual([]);
  });

  test('the compiler of Svelte has no warning', () => {
    expect(warnings).toEqual([]);
  });
});
