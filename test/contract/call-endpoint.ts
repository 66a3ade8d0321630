/** Calls one endpoint with a fake server that records the request. */

import { vcenter } from 'rx-content-library';
import { collect } from '../support/collect.ts';
import type { Declared } from '../support/openapi.ts';
import { endpoints, type Input } from './operations.ts';

export const server = 'https://vcenter.example.com';

export const apiSession = '0123456789abcdef0123456789abcdef';

/** A request that the server received. */
export interface SentRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
}

const loginPaths = ['/api/session', '/rest/com/vmware/cis/session'];

/** Returns a JSON response, or an empty one. */
export const responseTo = ({ success }: Declared, body: string | undefined): Response =>
  body === undefined
    ? new Response(null, { status: success })
    : new Response(body, { status: success, headers: { 'content-type': 'application/json' } });

/** Calls the endpoint of an operation; returns the requests it sent and what it emitted. */
export const callEndpoint = async (declared: Pick<Declared, 'name' | 'dialect'>, input: Input, respond: () => Response) => {
  const sent: SentRequest[] = [];
  const fetch: typeof globalThis.fetch = async (...parameters) => {
    const request = new Request(...parameters);
    const url = new URL(request.url);
    const isLogin = request.method === 'POST' && loginPaths.includes(url.pathname) && url.search === '';
    if (isLogin && declared.name !== 'cis.Session.create')
      return new Response(JSON.stringify(declared.dialect === 'api' ? apiSession : { value: apiSession }), { status: 200 });
    sent.push({ method: request.method, url, headers: request.headers, body: await request.text() });
    return respond();
  };
  const vc = vcenter({ server, credentials: { username: 'user', password: 'password' }, dialect: declared.dialect, fetch });
  const row = endpoints[declared.name];
  if (row === undefined) throw new Error(`No endpoint for ${declared.name}`);
  const result = await collect(row.call(vc, input));
  return { caught: sent, ...result };
};
