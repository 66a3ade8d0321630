import { describe, expect, test } from '@jest/globals';
import { createSimulator, type Scenario } from 'rx-content-library/simulator';
import { VirtualTimeScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { asArray, callAs, field, logIn, server, type Dialect } from './call.ts';

const fileService = 'content.library.item.downloadsession.File';

/** Runs a request until it waits for time. */
const settle = async (): Promise<void> => {
  for (let times = 0; times < 5; times += 1) await new Promise((resolve) => setImmediate(resolve));
};

const start = async (clock: VirtualTimeScheduler, scenario: Scenario = {}, dialect: Dialect = 'api') => {
  const simulator = createSimulator({ clock, scenario });
  const call = callAs(simulator, dialect, String((await logIn(simulator, dialect)).json));
  const [item] = asArray((await call('content.library.Item.find', { name: 'debian-12' })).json);
  const { json: session } = await call('content.library.item.DownloadSession.create', { item });
  return { simulator, call, session };
};

describe.each([
  ['VirtualTimeScheduler', () => new VirtualTimeScheduler()],
  [
    'TestScheduler',
    () => {
      const scheduler = new TestScheduler(() => undefined);
      // The default limit is 750 ms, except in marble tests.
      scheduler.maxFrames = Number.POSITIVE_INFINITY;
      return scheduler;
    },
  ],
])('on a %s', (_, create) => {
  test('a preparation proceeds and a session expires in virtual time', async () => {
    const clock = create();
    const { call, session, simulator } = await start(clock);
    const statuses: unknown[] = [];
    await call(`${fileService}.prepare`, { session, file: 'debian-12.ovf' });
    // A read in a scheduled action returns the state at its time.
    for (const at of [0, 300, 900]) clock.schedule(() => void statuses.push(simulator.sessions[0]?.files[0]?.status), at);
    clock.flush();
    expect(statuses).toEqual(['PREPARE_REQUESTED', 'PREPARING', 'PREPARED']);
    clock.schedule(() => undefined, 5 * 60_000);
    clock.flush();
    expect(simulator.sessions).toEqual([]);
    expect((await call('content.library.item.DownloadSession.get', { session })).status).toBe(404);
  });

  test('a delayed response arrives in virtual time', async () => {
    const clock = create();
    const { call } = await start(clock, {
      faults: [{ operation: 'content.Library.list', kind: 'latency', milliseconds: 90_000 }],
    });
    let isDone = false;
    const response = call('content.Library.list').then(({ status }) => {
      isDone = true;
      return [status, clock.now()];
    });
    await settle();
    expect(isDone).toBe(false);
    clock.flush();
    expect(await response).toEqual([200, 90_000]);
  });

  test('an aborted delay leaves nothing scheduled, by abort or by reset', async () => {
    const clock = create();
    const { simulator } = await start(clock, { faults: [{ operation: 'unknown', kind: 'latency', milliseconds: 90_000 }] });
    const controller = new AbortController();
    const aborted = expect(simulator.fetch(`${server}/ui/`, { signal: controller.signal })).rejects.toBe('enough');
    const reset = expect(simulator.fetch(`${server}/ui/`)).rejects.toHaveProperty('name', 'AbortError');
    await settle();
    expect(clock.actions).toHaveLength(2);
    controller.abort('enough');
    await aborted;
    expect(clock.actions).toHaveLength(1);
    simulator.reset();
    await reset;
    expect(clock.actions).toEqual([]);
  });
});

test('virtual time starts in 1970', async () => {
  const { call, session } = await start(new VirtualTimeScheduler());
  const { json } = await call('content.library.item.DownloadSession.get', { session });
  expect(field(json, 'expiration_time')).toBe('1970-01-01T00:05:00.000Z');
});
