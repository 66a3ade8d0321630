import { afterEach, describe, expect, test } from '@jest/globals';
import { isTransient, listLibraries, vcenter, type VCenterOptions } from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';
import { collect } from '../support/collect.ts';

const optionsWith = (fetch: VCenterOptions['fetch']): VCenterOptions => ({
  server: 'https://vcenter.example.com',
  credentials: { username: 'administrator@vsphere.local', password: 'secret' },
  fetch,
});

const platform = { AbortSignal, AbortController, fetch: globalThis.fetch };
afterEach(() => {
  Object.assign(globalThis, platform);
});

/** What jsdom does: another `AbortSignal` than the one that `Request` knows. */
const replaceSignal = (): void => {
  class Signal extends EventTarget {
    aborted = false;
    throwIfAborted(): void {
      if (this.aborted) throw new Error('aborted');
    }
    static any([first]: Signal[]): Signal | undefined {
      return first;
    }
  }
  class Controller {
    readonly signal = new Signal();
    abort(): void {
      this.signal.aborted = true;
    }
  }
  Object.assign(globalThis, { AbortSignal: Signal, AbortController: Controller });
};

describe('a test environment with an AbortSignal of its own', () => {
  test.each([
    ['a given fetch', () => createSimulator().fetch],
    ['the platform', () => undefined],
  ])('gets the TypeError of the platform with %s, which is not transient', async (_, createFetch) => {
    const fetch = createFetch();
    globalThis.fetch = () => Promise.reject(new TypeError('fetch was called'));
    replaceSignal();
    const { error } = await collect(listLibraries(vcenter(optionsWith(fetch))));
    expect(error).toMatchObject({ name: 'TypeError' });
    expect(String(error)).toMatch(/signal|AbortSignal/i);
    expect(isTransient(error)).toBe(false);
  });
});

test.each([new ReferenceError('token is not defined'), new RangeError('too deep'), new SyntaxError('not a selector')])(
  'a custom fetch that fails with %s is a defect, sent once',
  async (defect) => {
    let calls = 0;
    const fetch = (): Promise<Response> => {
      calls += 1;
      return Promise.reject(defect);
    };
    expect((await collect(listLibraries(vcenter(optionsWith(fetch))))).error).toBe(defect);
    expect(calls).toBe(1);
  },
);

test('a TypeError of the network stays a TransportError, which is transient', async () => {
  const fetch = (): Promise<Response> => Promise.reject(new TypeError('Failed to fetch'));
  const { error } = await collect(listLibraries(vcenter({ ...optionsWith(fetch), retry: false })));
  expect(error).toMatchObject({ _tag: 'TransportError' });
  expect(isTransient(error)).toBe(true);
});
