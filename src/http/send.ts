/** Sends HTTP requests: one operation, one decoded response. The only file that imports ky. */

import ky from 'ky';
import { Observable, throwError, timeout } from 'rxjs';
import { DecodeError, isContentLibraryError, TimeoutError, TlsError, TransportError } from '../errors/index.ts';
import { REDIRECT_CODE } from '../errors/transport-error.ts';
import { decoder } from '../model/codec.ts';
import { authorityOf } from './authority.ts';
import { decodeContent } from './content-coding.ts';
import { buildRequest, idempotencyOf, type Dialect, type Operation } from './operation.ts';
import { readApiError } from './read-api-error.ts';
import { cancelBody, parseJson, readText } from './read-text.ts';
import { createRedactor, safeCause } from './redact.ts';
import { retryOperation, type RetryPolicy } from './retry.ts';

/** How requests are sent. */
export interface Transport {
  /** `undefined`: the platform's. */
  readonly fetch: typeof globalThis.fetch | undefined;
  /** Milliseconds until a request must have emitted. */
  readonly timeout: number;
  /** True if the request is completed although the page is closed meanwhile. */
  readonly keepalive?: boolean;
}

/** How operations of one server are sent. */
export interface ApiClient extends Transport {
  /** Origin and path prefix, such as `https://vcenter.example.com` or `https://proxy.example.com/vcenter`. */
  readonly server: string;
  /** `undefined`: one attempt. */
  readonly retry: RetryPolicy | undefined;
  /** Called with the headers of every response. */
  readonly onHeaders?: (headers: Headers) => void;
  /** Called with every successful response that cannot be decoded: it may contain the id of something that was created. */
  readonly onUndecodable?: (headers: Headers, text: string) => void;
}

/** One HTTP request. */
export interface HttpRequest {
  /** Names the request in errors. */
  readonly operation: string;
  readonly url: string;
  /** @default 'GET' */
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent as JSON; `undefined`: no body. */
  readonly body?: unknown;
}

const MEBIBYTE = 1024 * 1024;

/** Bytes of a response, decompressed: more than any structure or list of vCenter has, and little enough for memory. */
const maxResponseSize = (operation: string): number => (/\.(?:list|find)$/.test(operation) ? 16 * MEBIBYTE : MEBIBYTE);

/**
 * Sends one operation, with the client's retry policy.
 *
 * - Emits: the decoded response.
 * - Completes: after it.
 * - Errors: `ApiError`, `DecodeError`, `TransportError`, `TimeoutError` or `TlsError` of the last attempt.
 * - Unsubscribing: aborts the request, or the wait for the next attempt.
 *
 * @throws TypeError if the input has an invalid identifier.
 */
export const sendOperation = <I extends object, A>(
  client: ApiClient,
  dialect: Dialect,
  operation: Operation<I, A>,
  input: I,
  headers: Readonly<Record<string, string>>,
): Observable<A> => {
  const { name } = operation;
  const { method, path, body, headers: routeHeaders } = buildRequest(operation[dialect], input);
  const request = {
    operation: name,
    url: client.server + path,
    method,
    headers: { accept: 'application/json', ...headers, ...routeHeaders },
    body,
  };
  const decode = decoder(operation.response, name);
  const decodeText = (text: string | undefined): ReturnType<typeof decode> => {
    if (text === undefined) return { _tag: 'Left', left: tooLongError(name) };
    const json = parseJson(text) ?? undefined;
    if (json === undefined && text !== '') return { _tag: 'Left', left: notJsonError(name, text) };
    return decode(dialect === 'rest' ? unwrap(json) : json);
  };
  const response$ = sendRequest(client, request, async (response) => {
    client.onHeaders?.(response.headers);
    if (!response.ok) throw await readApiError(name, response, createRedactor(headers));
    const text = await readText(response, maxResponseSize(name));
    const decoded = decodeText(text);
    if (decoded._tag === 'Right') return decoded.right;
    client.onUndecodable?.(response.headers, text ?? '');
    throw decoded.left;
  });
  return client.retry === undefined
    ? response$
    : response$.pipe(retryOperation(client.retry, name, idempotencyOf(operation, input)));
};

/**
 * Sends one request, once.
 *
 * - Emits: what `read` returns for the response.
 * - Completes: after it.
 * - Errors: `TransportError`, also for a redirect; `TimeoutError`; `TlsError`; errors of `read`.
 * - Unsubscribing: aborts the request, unless it has emitted.
 */
export const sendRequest = <A>(
  { fetch, timeout: limit, keepalive }: Transport,
  { operation, url, method = 'GET', headers, body }: HttpRequest,
  read: (response: Response) => A | Promise<A>,
): Observable<A> =>
  new Observable<A>((subscriber) => {
    const controller = new AbortController();
    let settled = false;
    const send = async (): Promise<A> => {
      const response = await ky(url, {
        ...(fetch === undefined ? platformFetch(controller.signal) : { fetch, signal: controller.signal }),
        method,
        // Bytes of a file are counted and resumed, which encoded bytes cannot be. Browsers ignore this header and set their own.
        headers: { 'accept-encoding': 'identity', ...headers },
        ...(body === undefined ? {} : { json: body }),
        ...(keepalive === undefined ? {} : { keepalive }),
        retry: 0,
        timeout: false,
        throwHttpErrors: false,
        redirect: 'manual',
        // A cache that ignores the headers of the response would repeat the first poll.
        cache: 'no-store',
      });
      if (isRedirect(response)) throw redirectError(operation, url, response);
      return read(await decodeContent({ operation, host: authorityOf(url) }, response));
    };
    send().then(
      (value) => {
        settled = true;
        subscriber.next(value);
        subscriber.complete();
      },
      (thrown: unknown) => {
        settled = true;
        subscriber.error(findMisuse(thrown, controller.signal) ?? toTransportError(operation, url, thrown));
      },
    );
    // To abort a settled request is harmless, but costs a third as much as the request.
    return () => {
      if (!settled) controller.abort();
    };
  }).pipe(
    timeout({
      first: limit,
      with: () => throwError(() => new TimeoutError({ operation, timeout: limit, host: authorityOf(url) })),
    }),
  );

/**
 * Passes the signal to the platform's fetch beside the request, so that ky does not combine it with its own: that takes a tenth of the
 * time of a request. A custom fetch may read only `request.signal`. `globalThis.fetch` is read at each call, so that instrumentation works.
 */
const platformFetch = (signal: AbortSignal): { fetch: typeof globalThis.fetch } => ({
  fetch: (request, init) => globalThis.fetch(request, { ...init, signal }),
});

/**
 * Returns the error of the program, if that is what failed, not the network: a signal that the platform's `Request` does not know, as jsdom
 * brings one, or a defect of a custom fetch. The platform reports network failures as a `TypeError`, too.
 */
const findMisuse = (thrown: unknown, signal: AbortSignal): unknown => {
  const name = typeof thrown === 'object' && thrown !== null && 'name' in thrown ? thrown.name : undefined;
  if (name === 'ReferenceError' || name === 'RangeError' || name === 'SyntaxError') return thrown;
  if (name !== 'TypeError') return undefined;
  try {
    new Request('https://vcenter.example.com', { signal });
    return undefined;
  } catch (misuse) {
    return misuse;
  }
};

/** ky's errors contain the request with its headers, so only the system's own error becomes the `cause`. */
const toTransportError = (operation: string, url: string, thrown: unknown): unknown => {
  if (isContentLibraryError(thrown)) return thrown;
  const cause = rootCause(thrown);
  const code =
    typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  if (code !== undefined && (certificateCode.test(code) || TlsError.isAboutClientCertificate(code)))
    return new TlsError({ host: new URL(url).host, code }, { cause });
  const host = authorityOf(url);
  const reason = code === undefined ? unknownReason(host) : `cannot reach ${host} (${code})`;
  return new TransportError({ operation, reason, code, host }, safeCause(cause, url));
};

/** A browser reveals neither to scripts nor in the error which cause it was. */
const unknownReason = (host: string): string =>
  'location' in globalThis
    ? `the browser could not reach ${host} and does not state why. Possible causes: the server does not allow requests from the ` +
      'origin of this page (CORS; vCenter sends no such headers, so serve the page and vCenter from one origin), the browser does ' +
      'not trust its certificate, or the network failed'
    : `cannot reach ${host}`;

const certificateCode = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY|DECODE)|^ERR_TLS|^HOSTNAME_MISMATCH$|^INVALID_(?:CA|PURPOSE)$/;

/** Checks the shape, not the class: the platform's errors may come from another realm. */
const rootCause = (thrown: unknown): unknown =>
  typeof thrown === 'object' && thrown !== null && 'cause' in thrown && thrown.cause !== undefined
    ? rootCause(thrown.cause)
    : thrown;

const isRedirect = ({ type, status }: Response): boolean => type === 'opaqueredirect' || (status >= 300 && status < 400);

const redirectError = (operation: string, url: string, response: Response): TransportError => {
  cancelBody(response.body);
  const host = authorityOf(url);
  // Browsers hide the target. Its path is not shown: it may contain a key.
  const location = response.headers.get('location') ?? '';
  const target = location !== '' && URL.canParse(location, url) ? new URL(location, url).origin : undefined;
  const redirectTo = target === 'null' ? undefined : target;
  const reason = `${host} sent a redirect${redirectTo === undefined ? '' : ` to ${redirectTo}`}, which is not followed`;
  return new TransportError({ operation, reason, code: REDIRECT_CODE, host, redirectTo });
};

const tooLongError = (operation: string): DecodeError =>
  new DecodeError({ operation, issues: [{ path: '', expected: `at most ${maxResponseSize(operation)} bytes`, found: 'more' }] });

const notJsonError = (operation: string, text: string): DecodeError =>
  new DecodeError({
    operation,
    issues: [{ path: '', expected: 'JSON', found: /^\s*</.test(text) ? 'an HTML page' : 'text that is not JSON' }],
  });

/** `/rest` wraps every response in `{ value }`. */
const unwrap = (json: unknown): unknown =>
  typeof json === 'object' && json !== null && 'value' in json ? json.value : undefined;
