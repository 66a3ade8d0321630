import { expect, test } from '@jest/globals';
import { inspect } from 'node:util';
import { download, logout, vcenter } from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';
import { inFakeTime } from './support/fake-time.ts';
import { collectValues, collect } from './support/collect.ts';
import { inventory, preparedAtOnce, user } from './support/simulated-vcenter.ts';
import { memorySink } from './support/memory-sink.ts';

/** A proxy that answers in vCenter's own form, and repeats the request in it. */
const repeating = (operation: RegExp, how: (request: Request) => unknown) =>
  inFakeTime(async () => {
    const simulator = createSimulator({ inventory, users: [user], scenario: { preparation: preparedAtOnce } });
    const secrets = new Set([user.password, btoa(`${user.username}:${user.password}`), '/cls/data/']);
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const request = new Request(input, init);
      const session = request.headers.get('vmware-api-session-id');
      if (session !== null) secrets.add(session);
      if (!operation.test(`${request.method} ${new URL(request.url).pathname}`)) return simulator.fetch(request);
      return new Response(JSON.stringify(how(request)), { status: 400 });
    };
    const vc = vcenter({ server: 'https://vcenter.example.com', credentials: user, dialect: 'api', fetch });
    const { values, error } = await collect(download(vc, 'item-1', memorySink()));
    await collectValues(logout(vc)).catch(() => undefined);
    const told = inspect([values, error], { depth: 20, showHidden: true });
    expect((error as { _tag: string })._tag).toBe('ApiError');
    return [...secrets].filter((secret) => told.includes(secret));
  });

const told = (request: Request): string => [request.url, ...[...request.headers].map((each) => each.join(': '))].join(' ');
const inMessage = (request: Request) => ({
  error_type: 'INVALID_REQUEST',
  messages: [{ id: 'x', default_message: `Refused: ${told(request)}`, args: [told(request)] }],
});
const inData = (request: Request) => ({ error_type: 'INVALID_REQUEST', messages: [], data: { headers: told(request) } });

test.each([
  ['a login', /^POST .*\/session$/],
  ['a creation', /^POST .*\/download-session$/],
  ['the bytes', /^GET \/cls/],
])('a refusal of %s that repeats the request shows no secret', async (_, operation) => {
  expect(await repeating(operation, inMessage)).toEqual([]);
  expect(await repeating(operation, inData)).toEqual([]);
});
