import { describe, expect, test } from '@jest/globals';
import { createDownloadSession, download, login, logout, vcenter, type Dialect } from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';
import { collect, collectValues } from '../support/collect.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { memorySink } from '../support/memory-sink.ts';
import { inventory, operationNames, preparedAtOnce, user } from '../support/simulated-vcenter.ts';

const created = 'content.library.item.DownloadSession.create';

const html = () => '<html><body>Please accept the terms of use.</body></html>';
const cut = (text: string) => text.slice(0, text.length / 2);
const empty = () => '';
const otherJson = () => '{"state":"ok"}';
const withoutLastCharacter = (text: string) => text.slice(0, -1);

/** A connection whose first `times` responses to an operation are replaced on their way; the server has executed it. */
const replacing = (
  dialect: Dialect,
  operation: string,
  replace: (text: string) => string,
  { times = 1, headers = () => ({}) }: { times?: number; headers?: (text: string) => Record<string, string> } = {},
) => {
  const simulator = createSimulator({ inventory, users: [user], scenario: { preparation: preparedAtOnce } });
  let replaced = 0;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const response = await simulator.fetch(input, init);
    if (operationNames(simulator).at(-1) !== operation || replaced >= times) return response;
    replaced += 1;
    const text = await response.text();
    return new Response(replace(text), { status: response.status, headers: headers(text) });
  };
  return { simulator, vc: vcenter({ server: 'https://vcenter.example.com', credentials: user, dialect, fetch }) };
};

describe.each(['api', 'rest'] as const)('a creation with a broken response leaves no download session behind (%s)', (dialect) => {
  test.each([
    ['HTML', html],
    ['JSON that is cut off', cut],
    ['an empty body', empty],
    ['other JSON', otherJson],
    ['JSON without its last character', withoutLastCharacter],
  ])('%s', async (_, replace) => {
    const { simulator, vc } = replacing(dialect, created, replace);
    const { error } = await collect(download(vc, 'item-1', memorySink()));
    expect(error).toMatchObject({ _tag: 'DecodeError', operation: created });
    await collectValues(logout(vc));
    expect([simulator.sessions, simulator.apiSessions]).toEqual([[], 0]);
  });

  test('twice in a row', async () => {
    const { simulator, vc } = replacing(dialect, created, html, { times: 2 });
    const { error } = await inFakeTime(() => collect(createDownloadSession(vc, 'item-1')));
    expect(error).toMatchObject({ _tag: 'DecodeError' });
    expect(simulator.sessions).toEqual([]);
  });

  test('with a token of the caller the session stays, and the same call returns its id', async () => {
    const { simulator, vc } = replacing(dialect, created, cut);
    const create$ = createDownloadSession(vc, 'item-1', { clientToken: '5dc3c8f0-6a1f-4e0e-9d5f-2f4a1b1c9e11' });
    expect((await collect(create$)).error).toMatchObject({ _tag: 'DecodeError' });
    expect(await collectValues(create$)).toEqual(simulator.sessions.map(({ id }) => id));
  });
});

test('a creation that is never decoded errors after three requests', async () => {
  const { simulator, vc } = replacing('api', created, html, { times: Infinity });
  const { error } = await inFakeTime(() => collect(createDownloadSession(vc, 'item-1')));
  expect(error).toMatchObject({ _tag: 'DecodeError' });
  expect(operationNames(simulator).filter((name) => name === created)).toHaveLength(3);
});

describe.each(['api', 'rest'] as const)('a login with a broken response leaves no session behind (%s)', (dialect) => {
  const idIn = (text: string) => /[\w-]{20,}/.exec(text)?.[0] ?? '';

  test.each([
    ['whose JSON lacks its end', withoutLastCharacter, undefined],
    ['if a header has the id', html, (text: string) => ({ 'vmware-api-session-id': idIn(text) })],
    ['if a cookie has the id', empty, (text: string) => ({ 'set-cookie': `vmware-api-session-id=${idIn(text)}; Path=/rest` })],
  ] as const)('%s', async (_, replace, headers) => {
    const { simulator, vc } = replacing(dialect, 'cis.Session.create', replace, headers === undefined ? {} : { headers });
    const { error } = await collect(login(vc));
    expect(error).toMatchObject({ _tag: 'DecodeError', operation: 'cis.Session.create' });
    expect(simulator.apiSessions).toBe(0);
    expect(String(error)).not.toMatch(/[0-9a-f]{20}/);
  });

  test('a login whose id is lost is not repeated', async () => {
    const { simulator, vc } = replacing(dialect, 'cis.Session.create', html);
    expect((await collect(login(vc))).error).toMatchObject({ _tag: 'DecodeError' });
    expect(operationNames(simulator)).toEqual(['cis.Session.create']);
  });
});
