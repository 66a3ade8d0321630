import { inspect } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { listLibraries, vcenter, type Credentials, type RetryNotice, type VCenterOptions } from 'rx-content-library';
import { from, NEVER, of, Subject } from 'rxjs';
import { resolveOptions } from '#src/connection/options.js';
import { collect, collectValues } from '../support/collect.ts';
import { user } from '../support/simulated-vcenter.ts';

const server = 'https://vcenter.example.com';
const options = { server, credentials: user } satisfies VCenterOptions;

/** Options that only JavaScript allows. */
const invalid = (changes: Readonly<Record<string, unknown>>): VCenterOptions => ({ ...options, ...changes });

describe('an invalid option is a TypeError with its name and what is expected:', () => {
  test.each<[Readonly<Record<string, unknown>>, RegExp]>([
    [{ timeout: -1 }, /^timeout: expected milliseconds, 1 or more \(Infinity for no limit\), got -1$/],
    [{ timeout: 0 }, /^timeout: .*got 0$/],
    [{ timeout: NaN }, /^timeout: .*got NaN$/],
    [{ timeout: '60' }, /^timeout: .*got "60"$/],
    [{ timeout: null }, /^timeout: .*got a value of type object$/],
    [{ dialect: 'soap' }, /^dialect: expected 'auto', 'api' or 'rest', got "soap"$/],
    [{ fetch: 'fetch' }, /^fetch: expected a function such as globalThis.fetch, got "fetch"$/],
    [{ retry: true }, /^retry: expected false, or an object such as \{ attempts: 3 \}, got true$/],
    [{ retry: 3 }, /^retry: .*got 3$/],
    [{ retry: null }, /^retry: /],
    [
      { retry: { attempts: 0 } },
      /^retry\.attempts: expected a whole number from 1, got 0; for a single attempt, use retry: false$/,
    ],
    [{ retry: { attempts: 1.5 } }, /^retry\.attempts: /],
    [{ retry: { attempts: NaN } }, /^retry\.attempts: /],
    [{ retry: { delay: -1 } }, /^retry\.delay: expected milliseconds, 0 or more/],
    [{ retry: { budget: -1 } }, /^retry\.budget: /],
    [{ retry: { onRetry: 'log' } }, /^retry\.onRetry: expected a function, or an observer with next, got "log"$/],
  ])('%j', (changes, message) => {
    const make = () => vcenter(invalid(changes));
    expect(make).toThrow(TypeError);
    expect(make).toThrow(message);
  });
});

describe('defaults', () => {
  test('are a minute for a response, and five attempts within two minutes', () => {
    expect(resolveOptions(options)).toMatchObject({
      server,
      timeout: 60_000,
      retry: { attempts: 5, delay: 500, budget: 120_000 },
    });
  });

  test('retry: false means one attempt', () => expect(resolveOptions({ ...options, retry: false }).retry).toBeUndefined());

  test('limits beyond those of timers become the longest delay of a timer', () => {
    const { timeout, retry } = resolveOptions({
      ...options,
      timeout: Infinity,
      retry: { attempts: Infinity, delay: 1e12, budget: Infinity },
    });
    const longest = 2 ** 31 - 1;
    expect({ timeout, ...retry }).toMatchObject({ timeout: longest, attempts: Infinity, delay: longest, budget: longest });
  });

  test('onRetry may be a function or an observer', () => {
    const notices: RetryNotice[] = [];
    const retry$ = new Subject<RetryNotice>();
    retry$.subscribe((retry) => notices.push(retry));
    const retry = { operation: 'x' } as RetryNotice;
    resolveOptions({ ...options, retry: { onRetry: retry$ } }).retry?.onRetry(retry);
    resolveOptions({ ...options, retry: { onRetry: (received) => notices.push(received) } }).retry?.onRetry(retry);
    resolveOptions(options).retry?.onRetry(retry);
    expect(notices).toEqual([retry, retry]);
  });
});

const secret = 'correct horse';

describe('invalid credentials', () => {
  const invalidCredentials: readonly unknown[] = [
    undefined,
    null,
    secret,
    {},
    { username: secret },
    { username: '', password: secret },
    { username: 7, password: secret },
    { username: `user:${secret}`, password: secret },
    { username: 'user', password: [secret] },
    { sessionId: '' },
    { sessionId: 7 },
    { sessionId: `${secret}\nx` },
    { sessionId: `${secret}\u0000` },
    { sessionId: 'sécret' },
  ];

  test.each(invalidCredentials)('are a TypeError at once that does not contain them (%#)', (credentials) => {
    const make = () => vcenter(invalid({ credentials }));
    expect(make).toThrow(TypeError);
    expect(make).toThrow(/^credentials: /);
    expect(make).not.toThrow(/correct horse/);
  });

  test.each(invalidCredentials)('are a TypeError of the stream if a function returns them (%#)', async (credentials) => {
    const given = credentials as Credentials;
    for (const source of [() => given, () => Promise.resolve(given), () => of(given), () => from([given, given])]) {
      const fetch = () => Promise.reject(new Error('nothing should be sent'));
      const { error } = await collect(listLibraries(vcenter({ server, credentials: source, fetch })));
      expect(String(error)).toMatch(/^TypeError: credentials: /);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(secret);
    }
  });

  test('from the server: a session id that is invalid in a header is a DecodeError without it', async () => {
    const fetch = async () => Response.json(`${secret}\nset-cookie: x`, { status: 201 });
    const { error } = await collect(listLibraries(vcenter({ ...options, fetch })));
    expect(error).toMatchObject({ _tag: 'DecodeError', operation: 'cis.Session.create' });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(secret);
  });

  test('do not include an empty password, or one with any characters', () => {
    for (const password of ['', 'a:b', 'pässwörd€\n'])
      expect(() => vcenter(invalid({ credentials: { username: 'u', password } }))).not.toThrow();
  });
});

test('a function of credentials is not called before a subscription', async () => {
  let calls = 0;
  const vc = vcenter({ server, credentials: () => ((calls += 1), NEVER) });
  const libraries$ = listLibraries(vc);
  expect(calls).toBe(0);
  libraries$.subscribe().unsubscribe();
  expect(calls).toBe(1);
});

test('without fetch a connection uses the current globalThis.fetch, and aborts its requests', async () => {
  const original = globalThis.fetch;
  const seen: AbortSignal[] = [];
  const vc = vcenter({ server, credentials: { sessionId: 'session' }, dialect: 'api' });
  try {
    globalThis.fetch = async (input, init) => (seen.push(new Request(input, init).signal), Response.json([]));
    expect(await collectValues(listLibraries(vc))).toEqual([[]]);
    globalThis.fetch = (input, init) => (seen.push(new Request(input, init).signal), new Promise(() => undefined));
    const subscription = listLibraries(vc).subscribe();
    await new Promise(setImmediate);
    subscription.unsubscribe();
  } finally {
    globalThis.fetch = original;
  }
  expect(seen.map(({ aborted }) => aborted)).toEqual([false, true]);
});
