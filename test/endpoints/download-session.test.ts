import { describe, expect, test } from '@jest/globals';
import { createDownloadSession, vcenter } from 'rx-content-library';
import { collectValues } from '../support/collect.ts';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe.each(['api', 'rest'] as const)('a download session is created (%s)', (dialect) => {
  /** The tokens of the requests; each request receives the next response. */
  const tokensOf = async (clientToken: string | undefined, subscriptions: number, responses: readonly Response[]) => {
    const left = [...responses];
    const tokens: unknown[] = [];
    const vc = vcenter({
      server: 'https://vcenter.example.com',
      credentials: { sessionId: 'session' },
      dialect,
      retry: { delay: 0 },
      fetch: async (input, init) => {
        const request = new Request(input, init);
        expect(request.url).not.toContain('token');
        const body = (await request.clone().json()) as { client_token?: string };
        expect(
          [body.client_token, request.headers.get('client-token')].filter((token) => typeof token === 'string'),
        ).toHaveLength(1);
        tokens.push(dialect === 'rest' ? body.client_token : request.headers.get('client-token'));
        const response = left.shift();
        if (response === undefined) throw new TypeError('fetch failed');
        return response;
      },
    });
    const create$ = createDownloadSession(vc, 'item-1', clientToken === undefined ? {} : { clientToken });
    for (let round = 0; round < subscriptions; round += 1) await collectValues(create$);
    return tokens;
  };

  const created = () => (dialect === 'rest' ? Response.json({ value: 'session' }) : Response.json('session', { status: 201 }));
  const proxyError = () => new Response('upstream connect error', { status: 502 });

  test('with one token per subscription, and the same one in a repetition', async () => {
    const tokens = await tokensOf(undefined, 2, [proxyError(), created(), created()]);
    expect(tokens).toEqual([expect.stringMatching(uuid), tokens[0], expect.stringMatching(uuid)]);
    expect(tokens[2]).not.toBe(tokens[0]);
  });

  test('with random UUIDs', async () => {
    const tokens = await tokensOf(undefined, 100, Array.from({ length: 100 }, created));
    expect(tokens).toEqual(tokens.map(() => expect.stringMatching(uuid)));
    expect(new Set(tokens)).toHaveProperty('size', 100);
  });

  test('with the clientToken of the options', async () => {
    const clientToken = '6f1c1f5e-8f4a-4b3c-9d2e-1a2b3c4d5e6f';
    expect(await tokensOf(clientToken, 2, [created(), created()])).toEqual([clientToken, clientToken]);
  });
});
