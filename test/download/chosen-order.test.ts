import { expect, test } from '@jest/globals';
import { download } from 'rx-content-library';
import { shareReplay, tap } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { chosenOrder } from '#src/download/chosen-order.js';
import { collect, collectValues } from '../support/collect.ts';
import { ofType } from '../support/events.ts';
import { memorySink } from '../support/memory-sink.ts';
import { simulatedVCenter } from '../support/simulated-vcenter.ts';

test('emits the next file when the previous one has ended and it is prepared', () => {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(({ hot, expectObservable }) => {
    const ended = new Set<string>();
    let current = '';
    const order = chosenOrder({
      nextFile: ([name = '']) => (current = name),
      pending: () => ['a', 'b', 'c'].filter((name) => !ended.has(name)),
      ended$: hot('---------x-----x').pipe(tap(() => void ended.add(current))),
      settled$: hot('-c-a---b').pipe(shareReplay()),
    });
    expectObservable(order).toBe('---a-----b-----(c|)');
  });
});

test.each([undefined, 1])(
  'a download transfers its files one after the other in the chosen order (concurrency %p)',
  async (concurrency) => {
    const { vc } = simulatedVCenter('api');
    const calls: (readonly string[])[] = [];
    const events = await collectValues(
      download(vc, 'item-1', memorySink(), {
        concurrency,
        nextFile: (names) => {
          calls.push(names);
          return names.at(-1) ?? '';
        },
      }),
    );
    const all = calls[0] ?? [];
    expect(all.length).toBeGreaterThan(1);
    expect(calls).toEqual(all.map((_, index) => all.slice(0, all.length - index)));
    const steps = events.flatMap((event) => (event.type === 'progress' || event.type === 'saved' ? [event.file] : []));
    expect(steps.filter((name, index) => name !== steps[index - 1])).toEqual([...all].reverse());
    expect(ofType(events, 'saved').map(({ file }) => file)).toEqual([...all].reverse());
  },
);

test('a name that is not one of the files is an error, and the session is deleted', async () => {
  const { vc, simulator } = simulatedVCenter('api');
  const { error } = await collect(download(vc, 'item-1', memorySink(), { nextFile: () => 'other' }));
  expect(error).toBeInstanceOf(TypeError);
  expect(error).toMatchObject({ message: expect.stringContaining('nextFile') });
  expect(simulator.sessions).toEqual([]);
});
