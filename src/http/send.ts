/** One request, one cold Observable of one answer; the only room that knows ky. */

import ky from 'ky';
import { Observable, throwError, timeout } from 'rxjs';
import { cancelBody, readText } from './read-text.ts';
import { safeCause, createRedactor, type Redactor } from './redact.ts';
import { DecodeError, isContentLibraryError, type ApiError, TimeoutError, TlsError, TransportError } from '../errors/index.ts';
import { redirectCode } from '../errors/connection.ts';
import { decoder } from '../model/codec.ts';
import {
  supportsRanges,
  readRangeResponse,
  rangeHeaders,
  strongETag,
  type RangeResult,
  type RangeRequest,
} from './byte-range.ts';
import { toApiError } from './api-error.ts';
import { retryAfter } from './retry-after.ts';
import { buildRequest, type Dialect, type Operation } from './operation.ts';

/** The way to a server. */
export interface Transport {
  /** Origin, such as `https://vcenter.example.com`. */
  readonly server: string;
  /** Not set: the platform's. */
  readonly fetch: typeof globalThis.fetch | undefined;
  /** Milliseconds until an answer must have begun. */
  readonly timeout: number;
  /** Told the headers of every answer to an operation. */
  readonly onHeaders?: (headers: Headers) => void;
}

/** The bytes of a file, on their way. Whoever takes the stream has to read it to its end or cancel it. */
export interface Body {
  /** Which bytes of the file these are. */
  readonly range: RangeResult;
  /** What tells the content of the file from any other, if the server said. */
  readonly validator: string | undefined;
  /** Whether the server has shown that it can be asked for parts of the file. */
  readonly supportsRanges: boolean;
  readonly stream: ReadableStream<Uint8Array>;
}

const mebibyte = 1024 * 1024;

/** Bytes that an answer may have, decompressed: far more than any object has, or any list that vCenter makes, and little enough to hold. */
const limitOf = (operation: string): number => (/\.(?:list|find)$/.test(operation) ? 16 * mebibyte : mebibyte);

/**
 * Sends one operation.
 *
 * - Emits: the decoded answer. - Completes: after it.
 * - Errors: `ApiError`, `DecodeError`, `TransportError`, `TimeoutError`, `TlsError`. - Unsubscribing: aborts the request.
 */
export const sendOperation = <I extends object, A>(
  transport: Transport,
  dialect: Dialect,
  operation: Operation<I, A>,
  input: I,
  headers: Readonly<Record<string, string>>,
): Observable<A> => {
  const request = buildRequest(operation[dialect], input);
  const decode = decoder(operation.response, operation.name);
  return fromRequest(transport, operation.name, async (signal) => {
    const response = await ky(transport.server + request.path, {
      ...kyOptions(transport, signal),
      method: request.method,
      headers: { accept: 'application/json', ...headers, ...request.headers },
      ...(request.body === undefined ? {} : { json: request.body }),
    });
    transport.onHeaders?.(response.headers);
    if (isRedirect(response)) throw refusedRedirect(operation.name, response);
    if (!response.ok) throw await readApiError(operation.name, response, createRedactor(headers));
    const text = await readText(response, limitOf(operation.name));
    if (text === undefined) throw tooLong(operation.name);
    const answer = text === '' ? undefined : (json(text) ?? notJson(operation.name, text));
    const decoded = decode(dialect === 'rest' ? valueOf(answer) : answer);
    if (decoded._tag === 'Left') throw decoded.left;
    return decoded.right;
  });
};

/**
 * Asks for the bytes at an address, from the one on that is wanted first.
 *
 * - Emits: the body as soon as the answer has begun. - Completes: after it; the body goes on.
 * - Errors: as {@link sendOperation}. - Unsubscribing: aborts a request that was not answered yet; a body is cancelled by whoever reads it.
 */
export const fetchBody = (
  transport: Transport,
  url: string,
  operation: string,
  headers: Readonly<Record<string, string>>,
  wanted: RangeRequest,
): Observable<Body> =>
  fromRequest({ ...transport, server: url }, operation, async (signal) => {
    const response = await ky(url, { ...kyOptions(transport, signal), headers: { ...headers, ...rangeHeaders(wanted) } });
    if (isRedirect(response)) throw refusedRedirect(operation, response);
    // There are no such bytes, which is an answer to who may have asked for too many.
    if (!response.ok && response.status !== 416) throw await readApiError(operation, response, createRedactor(headers, url));
    return {
      range: readRangeResponse(response, wanted),
      validator: strongETag(response.headers),
      supportsRanges: supportsRanges(response),
      stream: response.body ?? new Response('').body ?? new ReadableStream<Uint8Array>(),
    };
  });

const kyOptions = ({ fetch }: Transport, signal: AbortSignal) =>
  ({
    ...(fetch === undefined ? withSignal(signal) : { fetch, signal }),
    retry: 0,
    timeout: false,
    throwHttpErrors: false,
    redirect: 'manual',
  }) as const;

/**
 * The platform's fetch takes the signal beside the request, and so spares ky to join it with one of its own: a tenth of the whole work.
 * A fetch of the user's may look at the request alone. The platform's is looked up at each call, so that an instrumentation is heard.
 */
const withSignal = (signal: AbortSignal): { fetch: typeof globalThis.fetch } => ({
  fetch: (request, init) => globalThis.fetch(request, { ...init, signal }),
});

const fromRequest = <A>(
  { server, timeout: limit }: Transport,
  operation: string,
  run: (signal: AbortSignal) => Promise<A>,
): Observable<A> =>
  new Observable<A>((subscriber) => {
    const controller = new AbortController();
    let settled = false;
    run(controller.signal).then(
      (answer) => {
        settled = true;
        subscriber.next(answer);
        subscriber.complete();
      },
      (thrown: unknown) => {
        settled = true;
        subscriber.error(toTransportError(operation, server, thrown));
      },
    );
    // Aborting what has been answered is not wrong, but it costs as much as a third of the request.
    return () => {
      if (!settled) controller.abort();
    };
  }).pipe(timeout({ first: limit, with: () => throwError(() => new TimeoutError({ operation, timeout: limit })) }));

/** What ky threw may hold the request with its headers: only the system's own error goes on as `cause`. */
const toTransportError = (operation: string, server: string, thrown: unknown): unknown => {
  if (isContentLibraryError(thrown)) return thrown;
  const cause = rootCause(thrown);
  const code =
    typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  if (code !== undefined && certificateCode.test(code)) return new TlsError({ host: new URL(server).host, code }, { cause });
  return new TransportError({ operation, reason: code ?? 'the server could not be reached', code }, safeCause(cause, server));
};

const certificateCode = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY|DECODE)|^ERR_TLS|^HOSTNAME_MISMATCH$|^INVALID_(?:CA|PURPOSE)$/;

/** Told by its shape: an error of the platform may come from another realm than ours. */
const rootCause = (thrown: unknown): unknown =>
  typeof thrown === 'object' && thrown !== null && 'cause' in thrown && thrown.cause !== undefined
    ? rootCause(thrown.cause)
    : thrown;

const isRedirect = ({ type, status }: Response): boolean => type === 'opaqueredirect' || (status >= 300 && status < 400);

const refusedRedirect = (operation: string, response: Response): TransportError => {
  cancelBody(response.body);
  const reason = 'the server answered with a redirect, which is not followed';
  return new TransportError({ operation, reason, code: redirectCode });
};

/** A page that is too long to be vCenter's says as little as one that is no JSON. */
const readApiError = async (operation: string, response: Response, discreet: Redactor): Promise<ApiError> => {
  const text = await readText(response, mebibyte);
  return toApiError(operation, response.status, json(discreet(text ?? '')), retryAfter(response.headers));
};

const tooLong = (operation: string): DecodeError =>
  new DecodeError({ operation, issues: [{ path: '', expected: `at most ${limitOf(operation)} bytes`, found: 'more' }] });

const json = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const notJson = (operation: string, text: string): never => {
  throw new DecodeError({
    operation,
    issues: [{ path: '', expected: 'JSON', found: /^\s*</.test(text) ? 'a page of HTML' : 'text that is no JSON' }],
  });
};

/** `/rest` wraps every answer. */
const valueOf = (answer: unknown): unknown =>
  typeof answer === 'object' && answer !== null && 'value' in answer ? answer.value : undefined;
