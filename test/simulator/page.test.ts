import { setTimeout as later } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { createSimulator, type Simulator } from 'rx-content-library/simulator';
import { basic, server, startDownload } from './call.ts';
import { openPage } from './page-browser.ts';

const hostile = '<img src=x onerror=alert(1)>.vmdk';
const files = [
  { name: hostile, size: 600_000 },
  { name: 'notes', content: 'hello' },
];

const sendTo =
  ({ fetch }: Simulator) =>
  (path: string, init?: RequestInit): Promise<Response> =>
    fetch(`${server}${path}`, init);

const opened = async () => {
  const started = await startDownload('api', { files });
  return { ...started, send: sendTo(started.simulator), page: await openPage(sendTo(started.simulator)) };
};

const stateOf = async (send: (path: string) => Promise<Response>, query = ''): Promise<Record<string, unknown>> =>
  (await (await send(`/simulator/state${query}`)).json()) as Record<string, unknown>;

test('the page is self-contained, and may only connect to the simulator', async () => {
  const response = await sendTo(createSimulator())('/');
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(await response.text()).not.toMatch(/\b(src|href|url)\s*[=(]\s*["']?(https?:|\/\/)/);
});

test('the page has a language, a title, and labels for its sections', async () => {
  const html = await (await sendTo(createSimulator())('/')).text();
  expect(html).toContain('<html lang="en">');
  expect(html).toContain('<title>Simulated vCenter</title>');
  const ids = new Set([...html.matchAll(/\bid="([\w-]+)"/g)].map(([, id]) => id));
  const labels = [...html.matchAll(/aria-labelledby="([\w-]+)"/g)].map(([, id]) => id);
  expect(labels).toHaveLength(4);
  for (const label of labels) expect(ids).toContain(label);
});

test('the state has sessions, requests and counts, but no secrets', async () => {
  const { linkOf, send, session, simulator, token } = await startDownload('api', { files }).then((started) => ({
    ...started,
    send: sendTo(started.simulator),
  }));
  const link = await linkOf('notes');
  await (await simulator.fetch(link)).text();
  const state = await stateOf(send);
  expect(state).toMatchObject({
    version: '8.0',
    now: Date.UTC(2024, 0, 1, 0, 1),
    bytesServed: 5,
    apiSessions: 1,
    sessions: [{ id: session, files: [{ status: 'UNPREPARED' }, { name: 'notes', status: 'PREPARED', bytesServed: 5 }] }],
    requestCount: simulator.requests.length,
  });
  expect(state['requests']).toEqual(simulator.requests.map((request) => ({ ...request, at: expect.any(Number) })));
  const text = JSON.stringify(state);
  for (const secret of [token, '"secret', String(link.split('/')[5])]) expect(text).not.toContain(secret);
});

test('the state omits requests that the page has already received', async () => {
  const { call, simulator } = await startDownload('api', { files });
  const send = sendTo(simulator);
  const before = await stateOf(send);
  await call('content.Library.list');
  const { requests } = await stateOf(send, `?run=${String(before['run'])}&seen=${String(before['requestCount'])}`);
  expect(requests).toMatchObject([{ operation: 'content.Library.list' }]);
  simulator.reset();
  await call('content.Library.list');
  expect(await stateOf(send, `?run=${String(before['run'])}&seen=3`)).toMatchObject({ run: 2, requests: [{ status: 401 }] });
});

test('requests of the page are not logged, and faults do not apply to them', async () => {
  const { fetch, requests } = createSimulator({ scenario: { faults: [{ operation: '*', status: 502, body: 'down' }] } });
  expect((await fetch(`${server}/`)).status).toBe(200);
  expect((await fetch(`${server}/simulator/state`)).status).toBe(200);
  expect(requests).toEqual([]);
});

test('other methods at the same paths return 404, as in vCenter', async () => {
  const simulator = createSimulator();
  for (const path of ['/', '/simulator/state'])
    expect((await simulator.fetch(`${server}${path}`, { method: 'POST' })).status).toBe(404);
  expect(simulator.count('unknown')).toBe(2);
});

test('an action of a page of another origin is refused', async () => {
  const { simulator } = await startDownload('api', { files });
  const post = (origin: string): Promise<Response> =>
    simulator.fetch(`${server}/simulator/reset`, { method: 'POST', headers: { origin } });
  expect((await post('https://attacker.example.com')).status).toBe(403);
  expect(simulator.sessions).toHaveLength(1);
  expect((await post(new URL(server).origin)).status).toBe(204);
  await later();
  expect(simulator.sessions).toEqual([]);
});

describe('in a browser', () => {
  test('it displays sessions with files and progress bars, and the latest requests first', async () => {
    const { call, linkOf, page, session, simulator } = await opened();
    await (await simulator.fetch(await linkOf(hostile))).arrayBuffer();
    await call('content.Library.get', { library: 'none' });
    await page.tick();
    const [card] = page.element('session-list').all('article');
    expect(card?.textContent).toContain(`Session ${session} of administrator@vsphere.local, expires in 5:00`);
    expect(card?.textContent).toContain('PREPARED');
    expect(card?.textContent).toContain('600.0 kB of 600.0 kB');
    expect(card?.all('progress').map(({ attributes }) => Object.fromEntries(attributes))).toMatchObject([
      { 'aria-label': `prepared bytes of ${hostile}`, value: '600000', max: '600000' },
      { 'aria-label': `served bytes of ${hostile}`, value: '600000', max: '600000' },
      { 'aria-label': 'prepared bytes of notes', value: '0', max: '5' },
      { 'aria-label': 'served bytes of notes', value: '0', max: '5' },
    ]);
    const [last] = page.element('request-list').all('tr');
    expect(last?.textContent).toBe('00:01:00.000404content.Library.getGET /api/content/library/none');
    expect(page.element('requests').textContent).toBe(String(simulator.requests.length));
    expect([page.element('no-sessions').hidden, page.element('no-requests').hidden]).toEqual([true, true]);
  });

  test('a hostile file name is inserted as text', async () => {
    const { page } = await opened();
    const cells = page.element('session-list').all('td');
    expect(cells[0]?.nodes).toEqual([hostile]);
    expect(page.element('session-list').all('img')).toEqual([]);
  });

  test('unchanged sessions are not replaced', async () => {
    const { page } = await opened();
    const [before] = page.element('session-list').children;
    await page.tick();
    expect(page.element('session-list').children[0]).toBe(before);
  });

  test('it displays at most 200 requests', async () => {
    const { call, page } = await opened();
    for (let times = 0; times < 150; times += 1) await call('content.Library.list');
    await page.tick();
    for (let times = 0; times < 150; times += 1) await call('content.library.Item.find', { name: 'I' });
    await page.tick();
    const rows = page.element('request-list').all('tr');
    expect(rows).toHaveLength(200);
    expect(rows[0]?.textContent).toContain('content.library.Item.find');
    expect(rows[199]?.textContent).toContain('content.Library.list');
  });

  test('it does not poll while it is paused or hidden', async () => {
    const { page } = await opened();
    const press = (): void => page.element('pause').listeners.get('click')?.();
    const polls = (): number => page.requestedPaths.filter((path) => path.startsWith('simulator/state')).length;
    expect(polls()).toBe(1);
    press();
    expect(page.element('pause').attributes.get('aria-pressed')).toBe('true');
    await page.tick();
    expect(polls()).toBe(1);
    press();
    page.document.hidden = true;
    await page.tick();
    expect(polls()).toBe(1);
    page.document.hidden = false;
    await page.tick();
    expect(polls()).toBe(2);
  });

  test('it displays the items, with lines to copy', async () => {
    const simulator = createSimulator({
      inventory: { libraries: [{ name: 'a/b', items: [{ name: "it's", files: [{ name: 'x.iso', size: 1_500_000 }] }] }] },
    });
    const page = await openPage(sendTo(simulator));
    await page.tick();
    const [card] = page.element('inventory').all('article');
    expect(card?.textContent).toContain('x.iso (1.5 MB)');
    const [lines] = page.element('inventory').all('pre');
    expect(lines?.textContent.split('\n')).toEqual([
      "content-library export 'a%2Fb/it'\\''s' .",
      "govc library.export '/a/b/it'\\''s' .",
    ]);
    expect(page.element('items').textContent).toBe('1');
  });

  test('its buttons expire a session, refuse the next request, and reset the simulator', async () => {
    const { call, page, simulator } = await opened();
    const press = async (name: string): Promise<void> => {
      page.element(name).listeners.get('click')?.();
      await page.tick();
    };
    page.element('session-list').all('button')[0]?.listeners.get('click')?.();
    await page.tick();
    expect(simulator.sessions).toEqual([]);
    await press('refuse');
    expect((await call('content.Library.list')).status).toBe(503);
    expect((await call('content.Library.list')).status).toBe(200);
    await press('reset');
    await later();
    expect([simulator.requests, simulator.apiSessions]).toEqual([[], 0]);
  });

  test('the filter hides other requests', async () => {
    const { call, page } = await opened();
    await call('content.Library.list');
    await page.tick();
    page.element('filter').value = 'library.list';
    page.element('filter').listeners.get('input')?.();
    const shown = page
      .element('request-list')
      .all('tr')
      .filter(({ hidden }) => !hidden);
    expect(shown.map(({ textContent }) => textContent)).toEqual([expect.stringContaining('content.Library.list')]);
  });

  test('it displays a message while the simulator does not respond', async () => {
    const simulator = createSimulator();
    let isDown = false;
    const page = await openPage(async (path) => {
      if (isDown) throw new TypeError('fetch failed');
      return sendTo(simulator)(path);
    });
    isDown = true;
    await page.tick();
    expect(page.element('trouble').textContent).toContain('The simulator does not respond.');
    isDown = false;
    await page.tick();
    expect(page.element('trouble').textContent).toBe('');
  });

  test('after a reset it displays only new requests', async () => {
    const { page, simulator } = await opened();
    expect(page.element('request-list').all('tr')).toHaveLength(2);
    simulator.reset();
    const headers = { authorization: basic('administrator@vsphere.local', 'wrong') };
    for (let times = 0; times < 3; times += 1) await simulator.fetch(`${server}/api/session`, { method: 'POST', headers });
    await page.tick();
    expect(
      page
        .element('request-list')
        .all('tr')
        .map(({ textContent }) => textContent.includes('401')),
    ).toEqual([true, true, true]);
    expect(page.element('session-list').children).toEqual([]);
    expect(page.element('no-sessions').hidden).toBe(false);
  });
});
