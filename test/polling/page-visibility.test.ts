/** What a page that nobody sees does to polling. The page is a fake: there is none in Node. */

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { defer, type Observable } from 'rxjs';
import type { PollOptions } from 'rx-content-library';
import { poll } from '#src/polling/poll.js';
import { scheduleOf } from '#src/polling/poll-schedule.js';
import { inVirtualTime } from '../support/marbles.ts';

const polled = <A>(source: Observable<A>, options: PollOptions<A>): Observable<A> =>
  defer(() => poll({ poll$: source, ...scheduleOf(options) }));

/** A page that can be hidden, and counts who listens. */
class Page extends EventTarget {
  visibilityState = 'visible';
  listeners = 0;
  override addEventListener(...call: Parameters<EventTarget['addEventListener']>): void {
    this.listeners += 1;
    super.addEventListener(...call);
  }
  override removeEventListener(...call: Parameters<EventTarget['removeEventListener']>): void {
    this.listeners -= 1;
    super.removeEventListener(...call);
  }
  turn(visibilityState: 'visible' | 'hidden'): void {
    this.visibilityState = visibilityState;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

const places = globalThis as { document?: unknown };

describe('in a page', () => {
  let page: Page;
  beforeEach(() => {
    page = new Page();
    places.document = page;
  });
  afterEach(() => {
    delete places.document;
  });

  test('that is hidden, polls are slower; when it is shown again there is one at once', () => {
    inVirtualTime(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const poll = cold('(a|)');
      hot('             ---h---------------v', { h: 'hidden', v: 'visible' } as const).subscribe((state) => page.turn(state));
      //                a-a---------a------a-a
      const polls = ['(^!)', '--(^!)', '------------(^!)', '-------------------(^!)', '---------------------(^!)'];
      expectObservable(polled(poll, { period: 2, whileHidden: 10 }), '----------------------!').toBe('a-a---------a------a-a');
      expectSubscriptions(poll.subscriptions).toBe(polls);
    });
    expect(page.listeners).toBe(0);
  });

  test('that is hidden from the beginning, the first poll is made, and the next one in half a minute', () => {
    page.visibilityState = 'hidden';
    inVirtualTime(({ cold, expectObservable }) => {
      expectObservable(polled(cold('(a|)'), { period: 1000 }), '30001ms !').toBe('a 29999ms a');
    });
  });

  test('a period that is slower anyway stays as it is', () => {
    page.visibilityState = 'hidden';
    inVirtualTime(({ cold, expectObservable }) => {
      expectObservable(polled(cold('(a|)'), { period: 20, whileHidden: 10 }), '21ms !').toBe('a 19ms a');
    });
  });

  test('it is shown while a poll is in flight: that one is dropped for a newer one', () => {
    page.visibilityState = 'hidden';
    inVirtualTime(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const poll = cold('----a|');
      hot('             --v').subscribe(() => page.turn('visible'));
      expectObservable(polled(poll, { period: 100 }), '--------!').toBe('------a');
      expectSubscriptions(poll.subscriptions).toBe(['^-!', '--^----!']);
    });
  });

  test('with whileHidden 0 nobody listens, and nothing changes', () => {
    inVirtualTime(({ cold, hot, expectObservable }) => {
      hot('-h-v', { h: 'hidden', v: 'visible' } as const).subscribe((state) => {
        expect(page.listeners).toBe(0);
        page.turn(state);
      });
      expectObservable(polled(cold('(a|)'), { period: 3, whileHidden: 0 }), '-------!').toBe('a--a--a');
    });
  });
});

test('where there is no page, polls are as quick as ever', () => {
  expect('document' in globalThis).toBe(false);
  inVirtualTime(({ cold, expectObservable }) => {
    expectObservable(polled(cold('(a|)'), { period: 3, whileHidden: 1000 }), '-------!').toBe('a--a--a');
  });
});

test('whoever does not poll does not carry it: a bundle of an endpoint knows of no page', async () => {
  const bundled = async (names: string): Promise<string> => {
    const { outputFiles } = await build({
      stdin: { contents: `export { ${names} } from 'rx-content-library';`, resolveDir: import.meta.dirname },
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      conditions: process.env['RX_CONTENT_LIBRARY_TEST'] === 'dist' ? [] : ['rx-content-library-source'],
      write: false,
    });
    return outputFiles[0]?.text ?? '';
  };
  expect(await bundled('preparation')).toContain('visibilitychange');
  expect(await bundled('vcenter, listLibraries, prepareDownloadFile')).not.toContain('visibilitychange');
});
