/** A server, or whatever stands before it, that says back everything it was ever told, and more: the worst place to tell a secret. */

import type { Handler } from 'rx-content-library/node';
import type { SimulatedUser } from 'rx-content-library/simulator';

/** How an answer is spoilt. */
export type Spoiling = (typeof passing)[number] | (typeof lasting)[number];

/** What may be got over by asking again, if it is said with a status that says so. */
export const passing = [
  'a page',
  'a text',
  'a refusal without a message',
  'headers',
  'no answer',
  'a body that breaks off',
] as const;

/** What is to be taken as it is, or takes a minute. */
const lasting = [
  'JSON of another shape',
  'a redirect',
  'half an answer',
  'an address that cannot be fetched',
  'silence',
] as const;

/** A server that says back everything it was told. */
export interface Telltale {
  readonly fetch: Handler;
  /** What must not be shown to anybody; it grows with every login and every link. */
  readonly secrets: () => readonly string[];
  /** How many answers were spoilt, each way. */
  readonly spoilt: ReadonlyMap<Spoiling, number>;
}

/** What a telltale needs. */
export interface TelltaleOptions {
  /** A vCenter. */
  readonly handler: Handler;
  readonly user: SimulatedUser;
  /** Answers a number from 0 to 1, ever another one. */
  readonly draw: () => number;
  /** How probable it is that an answer is spoilt, from 0 to 1. */
  readonly chance: number;
  /** How an answer may be spoilt. @default each way, mostly one that passes */
  readonly ways?: readonly Spoiling[];
}

const mostlyPassing: readonly Spoiling[] = [...lasting, ...passing, ...passing, ...passing];

/** Said by the server alone, in the headers of a refusal. */
const challenge = 'SIGN realm=CHALLENGE-3f9d2a';
const cookie = 'COOKIE-77ab01c4';

const statuses = [200, 401, 403, 404, 409, 500, 502, 503, 503, 503] as const;

/** Stands before a vCenter. */
export const telltale = ({ handler, user, draw, chance, ways = mostlyPassing }: TelltaleOptions): Telltale => {
  const basic = Buffer.from(`${user.username}:${user.password}`).toString('base64');
  const secrets = new Set([user.password, encodeURIComponent(user.password), basic, challenge, cookie]);
  const spoilt = new Map<Spoiling, number>();
  const oneOf = <A>(values: readonly A[]): A => values[Math.floor(draw() * values.length)] as A;

  const note = (request: Request, text: string): void => {
    const session = request.headers.get('vmware-api-session-id');
    if (session !== null) secrets.add(session);
    for (const [, key = ''] of text.matchAll(/\/cls\/data\/([^/"\\]+)/g)) secrets.add(key);
    if (isLogin(request)) for (const [, token = ''] of text.matchAll(/"([\w:-]{16,})"/g)) secrets.add(token);
  };

  /** All there is to tell. */
  const gossip = (request: Request): string =>
    [request.method, request.url, ...[...request.headers].map((header) => header.join(': ')), ...secrets].join('\n');

  const fetch: Handler = async (request) => {
    const isBytes = new URL(request.url).pathname.startsWith('/cls/');
    // Bytes are left to flow; nothing of them is held.
    const answer = await handler(request.clone());
    const text = isBytes ? '' : await answer.text();
    note(request, text);
    const real = isBytes ? answer : new Response(text === '' ? null : text, answer);
    // Who is not let in has little to tell.
    if (draw() >= (isLogin(request) ? chance / 4 : chance)) return real;
    const kind = oneOf(ways);
    const told = gossip(request);
    const made = spoil(kind, { real, isBytes, text, told, status: oneOf(statuses), request });
    if (made === undefined) return real;
    spoilt.set(kind, (spoilt.get(kind) ?? 0) + 1);
    if (made !== real && isBytes && !real.bodyUsed) void real.body?.cancel().catch(() => undefined);
    return made;
  };
  return { fetch, secrets: () => [...secrets], spoilt };
};

const isLogin = ({ method, url }: Request): boolean =>
  method === 'POST' && /\/(?:api\/session|rest\/com\/vmware\/cis\/session)$/.test(new URL(url).pathname);

interface Spoilable {
  readonly real: Response;
  readonly isBytes: boolean;
  /** Of the real answer, unless it is a file. */
  readonly text: string;
  /** What is told in its place. */
  readonly told: string;
  readonly status: number;
  readonly request: Request;
}

/** The spoilt answer; nothing where that answer cannot be spoilt so. */
const spoil = (
  kind: Spoiling,
  { real, isBytes, text, told, status, request }: Spoilable,
): Promise<Response> | Response | undefined => {
  const inHeader = encodeURIComponent(told);
  // A file of that text would be another file, and not an error.
  const bad = isBytes && status === 200 ? 502 : status;
  switch (kind) {
    case 'a page':
      return new Response(`<html><pre>${told}</pre></html>`, { status: bad, headers: { 'content-type': 'text/html' } });
    case 'a text':
      return new Response(told, { status: bad, headers: { 'content-type': 'text/plain' } });
    case 'JSON of another shape':
      if (isBytes || text === '') return undefined;
      return new Response(JSON.stringify(otherwise(JSON.parse(text), told)), { status: 200 });
    case 'a refusal without a message':
      return new Response(JSON.stringify({ error: told, told }), { status: bad === 200 ? 500 : bad });
    case 'headers': {
      const headers = {
        'www-authenticate': `${challenge} ${inHeader}`,
        'set-cookie': `s=${cookie}; Path=/`,
        'retry-after': `${cookie} ${inHeader}`,
        etag: `"${inHeader}"`,
        'content-range': `bytes ${inHeader}`,
        date: inHeader,
        'x-echo': inHeader,
      };
      return new Response('{}', { status: bad === 200 ? 401 : bad, headers });
    }
    case 'a redirect':
      return new Response(null, { status: 302, headers: { location: `${request.url}?told=${inHeader}` } });
    case 'half an answer':
      return isBytes || text === '' ? undefined : new Response(text.slice(0, text.length / 2), { status: real.status });
    case 'an address that cannot be fetched': {
      if (!text.includes('/cls/data/')) return undefined;
      const to = ['ds:///vmfs', 'no address at all ', 'https://somebody:word@vcenter.example.com', 'https://[::1', 'about:'];
      const origin = to[told.length % to.length] ?? '';
      return new Response(text.replaceAll(new URL(request.url).origin, origin), { status: 200 });
    }
    case 'no answer':
      return Promise.reject(
        new TypeError('fetch failed', { cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }) }),
      );
    case 'a body that breaks off':
      return new Response(breakingOff(isBytes ? '' : text.slice(0, 10)), { status: real.status, headers: real.headers });
    case 'silence':
      return new Promise((_, reject) => {
        request.signal.addEventListener('abort', () => reject(new DOMException('It was aborted.', 'AbortError')));
      });
  }
};

const breakingOff = (text: string): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start: (controller) => {
      if (text !== '') controller.enqueue(new TextEncoder().encode(text));
    },
    pull: () => {
      throw new TypeError('terminated', { cause: Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }) });
    },
  });

/** The same fields, each of another type than its own, with everything in it. */
const otherwise = (value: unknown, told: string): unknown => {
  if (typeof value === 'string') return [told];
  if (typeof value !== 'object' || value === null) return told;
  const fields = Object.entries(value);
  // Some of the fields are left as they are, so that one gets far into the others.
  if (Array.isArray(value)) return told.length % 2 === 0 ? told : value.map((each) => otherwise(each, told));
  return Object.fromEntries(
    fields.map(([key, each], index) => [key, index === told.length % fields.length ? otherwise(each, told) : each]),
  );
};
