/** Polling in a hidden page. The page is a fake, because Node has none. */

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import type { PollOptions } from 'rx-content-library';
import { defer, type Observable } from 'rxjs';
import { scheduleOf } from '#src/polling/poll-schedule.js';
import { poll } from '#src/polling/poll.js';
import { inVirtualTime } from '../support/marbles.ts';

const pollWith = <A>(source: Observable<A>, options: PollOptions<A>): Observable<A> =>
  defer(() => poll({ poll$: source, ...scheduleOf(options) }));

/** A page that can be hidden, and counts its listeners. */
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
  setVisibility(visibilityState: 'visible' | 'hidden'): void {
    this.visibilityState = visibilityState;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

const globals = globalThis as { document?: unknown };

describe('in a page', () => {
  let page: Page;
  beforeEach(() => {
    page = new Page();
    globals.document = page;
  });
  afterEach(() => {
    delete globals.document;
  });

  test('that is hidden, polls are slower; when it becomes visible there is one at once', () => {
    inVirtualTime(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const poll = cold('(a|)');
      hot('             ---h---------------v', { h: 'hidden', v: 'visible' } as const).subscribe((state) =>
        page.setVisibility(state),
      );
      //                a-a---------a------a-a
      const polls = ['(^!)', '--(^!)', '------------(^!)', '-------------------(^!)', '---------------------(^!)'];
      expectObservable(pollWith(poll, { period: 2, whileHidden: 10 }), '----------------------!').toBe('a-a---------a------a-a');
      expectSubscriptions(poll.subscriptions).toBe(polls);
    });
    expect(page.listeners).toBe(0);
  });

  test('that is hidden at the start, the first poll is sent at once, and the next one after half a minute', () => {
    page.visibilityState = 'hidden';
    inVirtualTime(({ cold, expectObservable }) => {
      expectObservable(pollWith(cold('(a|)'), { period: 1000 }), '30001ms !').toBe('a 29999ms a');
    });
  });

  test('a longer period is unchanged', () => {
    page.visibilityState = 'hidden';
    inVirtualTime(({ cold, expectObservable }) => {
      expectObservable(pollWith(cold('(a|)'), { period: 20, whileHidden: 10 }), '21ms !').toBe('a 19ms a');
    });
  });

  test('that becomes visible, a poll in flight is cancelled for a newer one', () => {
    page.visibilityState = 'hidden';
    inVirtualTime(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const poll = cold('----a|');
      hot('             --v').subscribe(() => page.setVisibility('visible'));
      expectObservable(pollWith(poll, { period: 100 }), '--------!').toBe('------a');
      expectSubscriptions(poll.subscriptions).toBe(['^-!', '--^----!']);
    });
  });

  test('whileHidden 0 ignores the visibility, without a listener', () => {
    inVirtualTime(({ cold, hot, expectObservable }) => {
      hot('-h-v', { h: 'hidden', v: 'visible' } as const).subscribe((state) => {
        expect(page.listeners).toBe(0);
        page.setVisibility(state);
      });
      expectObservable(pollWith(cold('(a|)'), { period: 3, whileHidden: 0 }), '-------!').toBe('a--a--a');
    });
  });
});

test('without a page, polls are as frequent as the period', () => {
  expect('document' in globalThis).toBe(false);
  inVirtualTime(({ cold, expectObservable }) => {
    expectObservable(pollWith(cold('(a|)'), { period: 3, whileHidden: 1000 }), '-------!').toBe('a--a--a');
  });
});

test('a bundle without polling does not contain the page visibility', async () => {
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
