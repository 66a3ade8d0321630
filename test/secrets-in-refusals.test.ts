import { inspect } from 'node:util';
import { expect, test } from '@jest/globals';
import { download, logout, vcenter } from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';
import { collect, collectValues } from './support/collect.ts';
import { inFakeTime } from './support/fake-time.ts';
import { memorySink } from './support/memory-sink.ts';
import { inventory, preparedAtOnce, user } from './support/simulated-vcenter.ts';

/** Downloads through a proxy whose error responses repeat the request in vCenter's format; resolves with the leaked secrets. */
const leakedSecrets = (operation: RegExp, errorBody: (request: Request) => unknown) =>
  inFakeTime(async () => {
    const simulator = createSimulator({ inventory, users: [user], scenario: { preparation: preparedAtOnce } });
    const secrets = new Set([user.password, btoa(`${user.username}:${user.password}`), '/cls/data/']);
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const request = new Request(input, init);
      const session = request.headers.get('vmware-api-session-id');
      if (session !== null) secrets.add(session);
      if (!operation.test(`${request.method} ${new URL(request.url).pathname}`)) return simulator.fetch(request);
      return new Response(JSON.stringify(errorBody(request)), { status: 400 });
    };
    const vc = vcenter({ server: 'https://vcenter.example.com', credentials: user, dialect: 'api', fetch });
    const { values, error } = await collect(download(vc, 'item-1', memorySink()));
    await collectValues(logout(vc)).catch(() => undefined);
    const output = inspect([values, error], { depth: 20, showHidden: true });
    expect((error as { _tag: string })._tag).toBe('ApiError');
    return [...secrets].filter((secret) => output.includes(secret));
  });

const repeated = (request: Request): string => [request.url, ...[...request.headers].map((each) => each.join(': '))].join(' ');
const inMessage = (request: Request) => ({
  error_type: 'INVALID_REQUEST',
  messages: [{ id: 'x', default_message: `Refused: ${repeated(request)}`, args: [repeated(request)] }],
});
const inData = (request: Request) => ({ error_type: 'INVALID_REQUEST', messages: [], data: { headers: repeated(request) } });

test.each([
  ['a login', /^POST .*\/session$/],
  ['the creation of a download session', /^POST .*\/download-session$/],
  ['a request for file data', /^GET \/cls/],
])('an error response to %s that repeats the request leaks no secret', async (_, operation) => {
  expect(await leakedSecrets(operation, inMessage)).toEqual([]);
  expect(await leakedSecrets(operation, inData)).toEqual([]);
});
