/** Every view and state of the page in Chromium: rules of accessibility, sizes of windows, directions of names, and the console. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { chromiumMissing } from '../../../test/browser/chromium.ts';
import { startVcsim, vcsimMissing, type Vcsim } from '../../../test/support/vcsim.ts';
import { accessibilityProblems, axeProblems, layoutProblems } from './inspect.ts';
import { startPageBrowser, type PageBrowser } from './open-page.ts';
import { press, showView, STATES } from './states.ts';

// `page.test.ts` fails with `CI=true` if Chromium is missing.
describe('every state of the page', { skip: chromiumMissing() ?? vcsimMissing() ?? false, concurrency: true }, () => {
  let browser: PageBrowser;
  let vcsim: Vcsim;
  before(async () => {
    [browser, vcsim] = await Promise.all([startPageBrowser(), startVcsim({ tls: true })]);
    await vcsim.fill('مكتبة', 'نظام-12', [{ name: 'قرص.vmdk', bytes: randomBytes(50_000) }]);
  });
  after(async () => {
    await browser.close();
    await vcsim.stop();
  });

  test('has no problem that axe finds, fits windows from 360 to 3840 px and at 200 % zoom, and writes nothing to the console', async () => {
    const { page, messages } = await browser.open();
    const problems: string[] = [];
    for (const { name, show } of STATES) {
      await show(page);
      const found = [...(await layoutProblems(page)), ...(await accessibilityProblems(page))];
      problems.push(...found.map((problem) => `${name}: ${problem}`));
    }
    await page.keyboard.press('Escape');
    // What has a problem is found.
    await page.evaluate(() => document.querySelector('main')?.append(document.createElement('img')));
    assert.match((await axeProblems(page)).join(), /^image-alt: /);
    await page.close();
    assert.deepEqual(problems, []);
    assert.deepEqual(messages, []);
  });

  test('the login has none either', async () => {
    const { page, messages } = await browser.open({ server: 'https://vcenter.example.com', directory: '.' });
    await page.getByLabel('User name').waitFor();
    const problems = [...(await layoutProblems(page)), ...(await accessibilityProblems(page))];
    await page.close();
    assert.deepEqual(problems, []);
    assert.deepEqual(messages, []);
  });

  test('names that are written from right to left are shown so, between texts from left to right', async () => {
    const name = 'نظام-12';
    const { page, messages } = await browser.open({ server: vcsim.url, trust: { ca: vcsim.certificate, proxy: false } });
    await page.getByLabel('User name').fill('user');
    await page.getByLabel('Password').fill('a password');
    await press(page, 'Log in');
    await showView(page, 'Libraries');
    await press(page, `Files of ${name}`);
    await page.getByRole('checkbox').first().waitFor();
    const directions = (text: string) =>
      page.getByText(text, { exact: true }).evaluateAll((all) => all.map((each) => getComputedStyle(each).direction));
    assert.deepEqual(await directions(name), ['rtl']);
    assert.deepEqual(await directions('قرص.vmdk'), ['rtl']);
    const problems = [...(await layoutProblems(page)), ...(await accessibilityProblems(page))];
    await press(page, `Export ${name}`);
    await page.getByText('✓ saved').waitFor();
    assert.deepEqual(await directions(name), ['rtl']);
    problems.push(...(await layoutProblems(page)), ...(await accessibilityProblems(page)));
    await page.close();
    assert.deepEqual(problems, []);
    assert.deepEqual(messages, []);
  });

  test('an export goes on after the page was frozen, as a browser does with a page that is hidden', async () => {
    const { page, messages } = await browser.open();
    await showView(page, 'Libraries');
    await press(page, 'Export router');
    await page.getByText('downloading').first().waitFor();
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
    await devtools.send('Page.setWebLifecycleState', { state: 'active' });
    await page.getByText('✓ saved').waitFor();
    await page.close();
    assert.deepEqual(messages, []);
  });
});
