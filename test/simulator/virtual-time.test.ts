import { describe, expect, test } from '@jest/globals';
import { VirtualTimeScheduler } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { createSimulator, type Scenario } from 'rx-content-library/simulator';
import { callAs, field, list, logIn, server, type Dialect } from './call.ts';

const fileService = 'content.library.item.downloadsession.File';

/** Lets a request come as far as it comes without time. */
const turns = async (): Promise<void> => {
  for (let times = 0; times < 5; times += 1) await new Promise((resolve) => setImmediate(resolve));
};

const start = async (clock: VirtualTimeScheduler, scenario: Scenario = {}, dialect: Dialect = 'api') => {
  const simulator = createSimulator({ clock, scenario });
  const call = callAs(simulator, dialect, String((await logIn(simulator, dialect)).json));
  const [item] = list((await call('content.library.Item.find', { name: 'debian-12' })).json);
  const { json: session } = await call('content.library.item.DownloadSession.create', { item });
  return { simulator, call, session };
};

describe.each([
  ['VirtualTimeScheduler', () => new VirtualTimeScheduler()],
  [
    'TestScheduler',
    () => {
      const scheduler = new TestScheduler(() => undefined);
      // Of itself it ends after 750 ms, unless it runs marbles.
      scheduler.maxFrames = Number.POSITIVE_INFINITY;
      return scheduler;
    },
  ],
])('on a %s', (_, create) => {
  test('a preparation goes as far as virtual time does, and a lease ends in it', async () => {
    const clock = create();
    const { call, session, simulator } = await start(clock);
    const statuses: unknown[] = [];
    await call(`${fileService}.prepare`, { session, file: 'debian-12.ovf' });
    // What is asked at a time of the schedule is answered as of that time.
    for (const at of [0, 300, 900]) clock.schedule(() => void statuses.push(simulator.sessions[0]?.files[0]?.status), at);
    clock.flush();
    expect(statuses).toEqual(['PREPARE_REQUESTED', 'PREPARING', 'PREPARED']);
    clock.schedule(() => undefined, 5 * 60_000);
    clock.flush();
    expect(simulator.sessions).toEqual([]);
    expect((await call('content.library.item.DownloadSession.get', { session })).status).toBe(404);
  });

  test('an answer that is late comes when virtual time says so, and with its date', async () => {
    const clock = create();
    const { call } = await start(clock, {
      faults: [{ operation: 'content.Library.list', kind: 'latency', milliseconds: 90_000 }],
    });
    let answered = false;
    const answer = call('content.Library.list').then(({ status }) => {
      answered = true;
      return [status, clock.now()];
    });
    await turns();
    expect(answered).toBe(false);
    clock.flush();
    expect(await answer).toEqual([200, 90_000]);
  });

  test('who gives up a late answer leaves nothing scheduled, and neither does a reset', async () => {
    const clock = create();
    const { simulator } = await start(clock, { faults: [{ operation: 'unknown', kind: 'latency', milliseconds: 90_000 }] });
    const controller = new AbortController();
    const givenUp = expect(simulator.fetch(`${server}/ui/`, { signal: controller.signal })).rejects.toBe('enough');
    const forgotten = expect(simulator.fetch(`${server}/ui/`)).rejects.toHaveProperty('name', 'AbortError');
    await turns();
    expect(clock.actions).toHaveLength(2);
    controller.abort('enough');
    await givenUp;
    expect(clock.actions).toHaveLength(1);
    simulator.reset();
    await forgotten;
    expect(clock.actions).toEqual([]);
  });
});

test('virtual time begins in 1970', async () => {
  const { call, session } = await start(new VirtualTimeScheduler());
  const { json } = await call('content.library.item.DownloadSession.get', { session });
  expect(field(json, 'expiration_time')).toBe('1970-01-01T00:05:00.000Z');
});
