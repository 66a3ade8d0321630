import { expect, test } from '@jest/globals';
import { listLibraries, vcenter } from 'rx-content-library';
import { retryAfter } from '#src/http/retry-after.js';
import { collect } from '../support/collect.ts';

const retryAfterOf = (headers: Record<string, string>) => retryAfter(new Headers(headers));
const date = 'Wed, 21 Oct 2015 07:28:00 GMT';

test.each<[string, number]>([
  ['0', 0],
  ['1', 1000],
  [' 120 ', 120_000],
  ['2147483', 2_147_483_000],
  ['99999999999999999999', 2 ** 31 - 1],
])('seconds %j are %d ms', (value, expected) => expect(retryAfterOf({ 'retry-after': value })).toBe(expected));

test.each([
  ['the current format', 'Wed, 21 Oct 2015 07:29:30 GMT'],
  ['the format with a long weekday', 'Wednesday, 21-Oct-15 07:29:30 GMT'],
  ['the format without a zone', 'Wed Oct 21 07:29:30 2015'],
])('a date in %s is compared with the Date of the response, not with the local clock', (_, value) =>
  expect(retryAfterOf({ 'retry-after': value, date })).toBe(90_000),
);

test('a date in the past is no delay', () =>
  expect(retryAfterOf({ 'retry-after': 'Wed, 21 Oct 2015 07:27:00 GMT', date })).toBe(0));

test('a date is compared with the local clock if the response has no Date', () => {
  expect(retryAfterOf({ 'retry-after': date })).toBe(0);
  expect(retryAfterOf({ 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() })).toBeGreaterThan(3_500_000);
  expect(retryAfterOf({ 'retry-after': 'Fri, 21 Oct 2950 07:28:00 GMT', date: 'soon' })).toBe(2 ** 31 - 1);
});

test.each([
  '',
  'soon',
  '-5',
  '1.5',
  '1e3',
  '5, 10',
  '0x10',
  '2015-10-21T07:28:00Z',
  'Wed, 99 Oct 2015 99:99:99 GMT',
  'NaN',
  'Infinity',
])('the invalid value %j is ignored', (value) => expect(retryAfterOf({ 'retry-after': value, date })).toBeUndefined());

test('without the header there is no delay', () => expect(retryAfterOf({})).toBeUndefined());

test('an ApiError contains the delay', async () => {
  const busy = () => new Response('busy', { status: 503, headers: { 'retry-after': '120' } });
  const vc = vcenter({
    server: 'https://vcenter.example.com',
    credentials: { sessionId: 'session' },
    dialect: 'api',
    fetch: async () => busy(),
  });
  expect((await collect(listLibraries(vc))).error).toMatchObject({ _tag: 'ApiError', status: 503, retryAfter: 120_000 });
});
