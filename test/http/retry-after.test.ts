import { expect, test } from '@jest/globals';
import { listLibraries, vcenter } from 'rx-content-library';
import { retryAfter } from '#src/http/retry-after.js';
import { collect } from '../support/collect.ts';

const served = (headers: Record<string, string>) => retryAfter(new Headers(headers));
const date = 'Wed, 21 Oct 2015 07:28:00 GMT';

test.each<[string, number]>([
  ['0', 0],
  ['1', 1000],
  [' 120 ', 120_000],
  ['2147483', 2_147_483_000],
  ['99999999999999999999', 2 ** 31 - 1],
])('seconds %j are %d ms', (value, expected) => expect(served({ 'retry-after': value })).toBe(expected));

test.each([
  ['the form of today', 'Wed, 21 Oct 2015 07:29:30 GMT'],
  ['the form with a long weekday', 'Wednesday, 21-Oct-15 07:29:30 GMT'],
  ['the form without a zone', 'Wed Oct 21 07:29:30 2015'],
])('a date in %s is counted against the date of the answer, whatever the local clock says', (_, value) =>
  expect(served({ 'retry-after': value, date })).toBe(90_000),
);

test('a date that has passed is no wait', () => expect(served({ 'retry-after': 'Wed, 21 Oct 2015 07:27:00 GMT', date })).toBe(0));

test('a date without a date of the answer is counted against the local clock', () => {
  expect(served({ 'retry-after': date })).toBe(0);
  expect(served({ 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() })).toBeGreaterThan(3_500_000);
  expect(served({ 'retry-after': 'Fri, 21 Oct 2950 07:28:00 GMT', date: 'soon' })).toBe(2 ** 31 - 1);
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
])('nonsense %j is ignored', (value) => expect(served({ 'retry-after': value, date })).toBeUndefined());

test('without the header there is no wait', () => expect(served({})).toBeUndefined());

test('a refusal tells it', async () => {
  const answer = () => new Response('busy', { status: 503, headers: { 'retry-after': '120' } });
  const vc = vcenter({
    server: 'https://vcenter.example.com',
    credentials: { sessionId: 'session' },
    dialect: 'api',
    fetch: async () => answer(),
  });
  expect((await collect(listLibraries(vc))).error).toMatchObject({ _tag: 'ApiError', status: 503, retryAfter: 120_000 });
});
