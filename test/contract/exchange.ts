/** One operation, its request caught and answered in the place of a server. */

import { vcenter } from 'rx-content-library';
import type { Declared } from '../support/openapi.ts';
import { collect } from '../support/collect.ts';
import { covered, type Input } from './operations.ts';

export const server = 'https://vcenter.example.com';

export const apiSession = '0123456789abcdef0123456789abcdef';

/** A request as a server sees it. */
export interface Caught {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
}

const loginPaths = ['/api/session', '/rest/com/vmware/cis/session'];

/** A JSON answer, or an empty one. */
export const answerOf = ({ success }: Declared, body: string | undefined): Response =>
  body === undefined
    ? new Response(null, { status: success })
    : new Response(body, { status: success, headers: { 'content-type': 'application/json' } });

/** Calls the endpoint of an operation, and tells what it sent, last, and what came of it. */
export const exchange = async (declared: Pick<Declared, 'name' | 'dialect'>, input: Input, answer: () => Response) => {
  const caught: Caught[] = [];
  const fetch: typeof globalThis.fetch = async (...parameters) => {
    const request = new Request(...parameters);
    const url = new URL(request.url);
    const isLogin = request.method === 'POST' && loginPaths.includes(url.pathname) && url.search === '';
    if (isLogin && declared.name !== 'cis.Session.create')
      return new Response(JSON.stringify(declared.dialect === 'api' ? apiSession : { value: apiSession }), { status: 200 });
    caught.push({ method: request.method, url, headers: request.headers, body: await request.text() });
    return answer();
  };
  const vc = vcenter({ server, credentials: { username: 'user', password: 'password' }, dialect: declared.dialect, fetch });
  const row = covered[declared.name];
  if (row === undefined) throw new Error(`Nobody asks for ${declared.name}`);
  const result = await collect(row.ask(vc, input));
  return { caught, ...result };
};
