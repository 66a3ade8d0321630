/**
 * A server that leaks: it corrupts some responses, and a corrupted response repeats the request and every secret seen so far.
 *
 * Tests use it to check that no such secret reaches an error, an event or a log line.
 */

import type { Handler } from 'rx-content-library/node';
import type { SimulatedUser } from 'rx-content-library/simulator';

/** How a response is corrupted. */
export type Corruption = (typeof transientCorruptions)[number] | (typeof permanentCorruptions)[number];

/** Corruptions that a retry can recover from, if the status allows one. */
export const transientCorruptions = [
  'HTML page',
  'plain text',
  'error without a message',
  'headers',
  'no response',
  'interrupted body',
] as const;

/** Corruptions that are not retried, or that take a minute to be noticed. */
const permanentCorruptions = ['JSON of another shape', 'redirect', 'half a response', 'invalid file address', 'stall'] as const;

/** A server that repeats everything it received. */
export interface LeakyServer {
  readonly fetch: Handler;
  /** Everything that must stay secret; grows with every login and every link. */
  readonly secrets: () => readonly string[];
  /** Number of corrupted responses of each kind. */
  readonly corrupted: ReadonlyMap<Corruption, number>;
}

/** Options of {@link leakyServer}. */
export interface LeakyServerOptions {
  /** The vCenter behind it. */
  readonly handler: Handler;
  readonly user: SimulatedUser;
  /** Returns random numbers from 0 to 1. */
  readonly draw: () => number;
  /** Probability that a response is corrupted, from 0 to 1. */
  readonly probability: number;
  /** The corruptions to choose from. @default all of them, mostly transient ones */
  readonly corruptions?: readonly Corruption[];
}

const mostlyTransient: readonly Corruption[] = [
  ...permanentCorruptions,
  ...transientCorruptions,
  ...transientCorruptions,
  ...transientCorruptions,
];

/** Secrets that only the server knows; it sends them in headers of error responses. */
const challenge = 'SIGN realm=CHALLENGE-3f9d2a';
const cookie = 'COOKIE-77ab01c4';

const statuses = [200, 401, 403, 404, 409, 500, 502, 503, 503, 503] as const;

/** Wraps a vCenter's handler. */
export const leakyServer = ({
  handler,
  user,
  draw,
  probability,
  corruptions = mostlyTransient,
}: LeakyServerOptions): LeakyServer => {
  const basic = Buffer.from(`${user.username}:${user.password}`).toString('base64');
  const secrets = new Set([user.password, encodeURIComponent(user.password), basic, challenge, cookie]);
  const corrupted = new Map<Corruption, number>();
  const oneOf = <A>(values: readonly A[]): A => values[Math.floor(draw() * values.length)] as A;

  const collectSecrets = (request: Request, text: string): void => {
    const session = request.headers.get('vmware-api-session-id');
    if (session !== null) secrets.add(session);
    for (const [, key = ''] of text.matchAll(/\/cls\/data\/([^/"\\]+)/g)) secrets.add(key);
    if (isLogin(request)) for (const [, token = ''] of text.matchAll(/"([\w:-]{16,})"/g)) secrets.add(token);
  };

  const everythingKnown = (request: Request): string =>
    [request.method, request.url, ...[...request.headers].map((header) => header.join(': ')), ...secrets].join('\n');

  const fetch: Handler = async (request) => {
    const isBytes = new URL(request.url).pathname.startsWith('/cls/');
    // File data is passed through without buffering.
    const response = await handler(request.clone());
    const text = isBytes ? '' : await response.text();
    collectSecrets(request, text);
    const real = isBytes ? response : new Response(text === '' ? null : text, response);
    // Logins are corrupted less often: without one, there is little to leak.
    if (draw() >= (isLogin(request) ? probability / 4 : probability)) return real;
    const kind = oneOf(corruptions);
    const leak = everythingKnown(request);
    const made = corrupt(kind, { real, isBytes, text, leak, status: oneOf(statuses), request });
    if (made === undefined) return real;
    corrupted.set(kind, (corrupted.get(kind) ?? 0) + 1);
    if (made !== real && isBytes && !real.bodyUsed) void real.body?.cancel().catch(() => undefined);
    return made;
  };
  return { fetch, secrets: () => [...secrets], corrupted };
};

const isLogin = ({ method, url }: Request): boolean =>
  method === 'POST' && /\/(?:api\/session|rest\/com\/vmware\/cis\/session)$/.test(new URL(url).pathname);

interface CorruptionInput {
  readonly real: Response;
  readonly isBytes: boolean;
  /** Body of the real response; empty for file data. */
  readonly text: string;
  /** Text that the corrupted response contains. */
  readonly leak: string;
  readonly status: number;
  readonly request: Request;
}

/** Returns the corrupted response; `undefined` if this response cannot be corrupted in this way. */
const corrupt = (
  kind: Corruption,
  { real, isBytes, text, leak, status, request }: CorruptionInput,
): Promise<Response> | Response | undefined => {
  const inHeader = encodeURIComponent(leak);
  // File data with status 200 would be another file, and not an error.
  const bad = isBytes && status === 200 ? 502 : status;
  switch (kind) {
    case 'HTML page':
      return new Response(`<html><pre>${leak}</pre></html>`, { status: bad, headers: { 'content-type': 'text/html' } });
    case 'plain text':
      return new Response(leak, { status: bad, headers: { 'content-type': 'text/plain' } });
    case 'JSON of another shape':
      if (isBytes || text === '') return undefined;
      return new Response(JSON.stringify(withOtherTypes(JSON.parse(text), leak)), { status: 200 });
    case 'error without a message':
      return new Response(JSON.stringify({ error: leak, leak }), { status: bad === 200 ? 500 : bad });
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
    case 'redirect':
      return new Response(null, { status: 302, headers: { location: `${request.url}?leak=${inHeader}` } });
    case 'half a response':
      return isBytes || text === '' ? undefined : new Response(text.slice(0, text.length / 2), { status: real.status });
    case 'invalid file address': {
      if (!text.includes('/cls/data/')) return undefined;
      const origins = ['ds:///vmfs', 'not a url ', 'https://name:word@vcenter.example.com', 'https://[::1', 'about:'];
      const origin = origins[leak.length % origins.length] ?? '';
      return new Response(text.replaceAll(new URL(request.url).origin, origin), { status: 200 });
    }
    case 'no response':
      return Promise.reject(
        new TypeError('fetch failed', { cause: Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }) }),
      );
    case 'interrupted body':
      return new Response(failingBody(isBytes ? '' : text.slice(0, 10)), { status: real.status, headers: real.headers });
    case 'stall':
      return new Promise((_, reject) => {
        request.signal.addEventListener('abort', () => reject(new DOMException('The request was aborted.', 'AbortError')));
      });
  }
};

const failingBody = (text: string): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start: (controller) => {
      if (text !== '') controller.enqueue(new TextEncoder().encode(text));
    },
    pull: () => {
      throw new TypeError('terminated', { cause: Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }) });
    },
  });

/** The same fields, some of them with a value of another type that contains the leak. */
const withOtherTypes = (value: unknown, leak: string): unknown => {
  if (typeof value === 'string') return [leak];
  if (typeof value !== 'object' || value === null) return leak;
  const fields = Object.entries(value);
  // Only one field of an object changes, so that the decoders also reach fields of fields.
  if (Array.isArray(value)) return leak.length % 2 === 0 ? leak : value.map((each) => withOtherTypes(each, leak));
  return Object.fromEntries(
    fields.map(([key, each], index) => [key, index === leak.length % fields.length ? withOtherTypes(each, leak) : each]),
  );
};
