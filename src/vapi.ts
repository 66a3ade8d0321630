/** One request, one cold Observable of one answer; the only room that knows ky. */

import ky from 'ky';
import { Observable, throwError, timeout } from 'rxjs';
import { DecodeError, isContentLibraryError, TimeoutError, TlsError, TransportError } from './errors.ts';
import { decoder } from './model/codec.ts';
import { refusal } from './refusal.ts';
import { requestFor, type Dialect, type Operation } from './route.ts';

/** The way to a server. */
export interface Transport {
  /** Origin, such as `https://vcenter.example.com`. */
  readonly server: string;
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds until an answer must have begun. */
  readonly timeout: number;
}

/** The bytes of a file, on their way. Whoever takes the stream has to read it to its end or cancel it. */
export interface Body {
  /** What the server says the length is, in bytes. */
  readonly length: number | undefined;
  readonly stream: ReadableStream<Uint8Array>;
}

/** More than any list that vCenter sends, and little enough to hold. */
const answerLimit = 64 * 1024 * 1024;

/**
 * Sends one operation.
 *
 * - Emits: the decoded answer. - Completes: after it.
 * - Errors: `ApiError`, `DecodeError`, `TransportError`, `TimeoutError`, `TlsError`. - Unsubscribing: aborts the request.
 */
export const send = <I extends object, A>(
  transport: Transport,
  dialect: Dialect,
  operation: Operation<I, A>,
  input: I,
  headers: Readonly<Record<string, string>>,
): Observable<A> => {
  const request = requestFor(operation[dialect], input);
  const decode = decoder(operation.answer, operation.name);
  return exchange(transport, operation.name, async (signal) => {
    const response = await ky(transport.server + request.path, {
      ...settings(transport, signal),
      method: request.method,
      headers: { accept: 'application/json', ...headers, ...request.headers },
      ...(request.body === undefined ? {} : { json: request.body }),
    });
    await refuseRedirect(operation.name, response);
    const text = await textOf(response, operation.name);
    if (!response.ok) throw refusal(operation.name, response.status, json(text));
    const answer = text === '' ? undefined : (json(text) ?? notJson(operation.name, text));
    const decoded = decode(dialect === 'rest' ? valueOf(answer) : answer);
    if (decoded._tag === 'Left') throw decoded.left;
    return decoded.right;
  });
};

/**
 * Asks for the bytes at an address.
 *
 * - Emits: the body as soon as the answer has begun. - Completes: after it; the body goes on.
 * - Errors: as {@link send}. - Unsubscribing: aborts a request that was not answered yet; a body is cancelled by whoever reads it.
 */
export const fetchBody = (
  transport: Transport,
  url: string,
  operation: string,
  headers: Readonly<Record<string, string>>,
): Observable<Body> =>
  exchange(transport, operation, async (signal) => {
    const response = await ky(url, { ...settings(transport, signal), headers });
    await refuseRedirect(operation, response);
    if (!response.ok) throw refusal(operation, response.status, json(await textOf(response, operation)));
    const length = response.headers.get('content-length');
    return {
      // A length that counts compressed bytes says nothing about the file.
      length: length === null || response.headers.has('content-encoding') ? undefined : Number(length),
      stream: response.body ?? new Response('').body ?? new ReadableStream<Uint8Array>(),
    };
  });

const settings = ({ fetch }: Transport, signal: AbortSignal) =>
  ({ fetch, signal, retry: 0, timeout: false, throwHttpErrors: false, redirect: 'manual' }) as const;

const exchange = <A>(
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
        subscriber.error(failure(operation, server, thrown));
      },
    );
    // Aborting what has been answered is not wrong, but it costs as much as a third of the request.
    return () => {
      if (!settled) controller.abort();
    };
  }).pipe(timeout({ first: limit, with: () => throwError(() => new TimeoutError({ operation, timeout: limit })) }));

/** What ky threw may hold the request with its headers: only the system's own error goes on as `cause`. */
const failure = (operation: string, server: string, thrown: unknown): unknown => {
  if (isContentLibraryError(thrown)) return thrown;
  const cause = rootOf(thrown);
  const code =
    typeof cause === 'object' && cause !== null && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  if (code !== undefined && certificateCode.test(code)) return new TlsError({ host: new URL(server).host, code }, { cause });
  return new TransportError({ operation, reason: code ?? 'the server could not be reached', code }, { cause });
};

const certificateCode = /CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY|DECODE)|^ERR_TLS|^HOSTNAME_MISMATCH$|^INVALID_(?:CA|PURPOSE)$/;

/** Told by its shape: an error of the platform may come from another realm than ours. */
const rootOf = (thrown: unknown): unknown =>
  typeof thrown === 'object' && thrown !== null && 'cause' in thrown && thrown.cause !== undefined
    ? rootOf(thrown.cause)
    : thrown;

const refuseRedirect = async (operation: string, response: Response): Promise<void> => {
  if (response.type !== 'opaqueredirect' && (response.status < 300 || response.status >= 400)) return;
  // A body that nobody reads would hold its connection, and with it the process.
  await response.body?.cancel();
  const reason = 'the server answered with a redirect, which is not followed';
  throw new TransportError({ operation, reason, code: 'REDIRECT' });
};

const textOf = async (response: Response, operation: string): Promise<string> => {
  const length = response.headers.get('content-length');
  if (length !== null && Number(length) <= answerLimit) return response.text();
  const reader = response.body?.getReader();
  const decoding = new TextDecoder();
  let text = '';
  let bytes = 0;
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    bytes += part.value.byteLength;
    if (bytes > answerLimit) {
      await reader?.cancel();
      throw new DecodeError({ operation, issues: [{ path: '', expected: `at most ${answerLimit} bytes`, found: 'more' }] });
    }
    text += decoding.decode(part.value, { stream: true });
  }
  return text + decoding.decode();
};

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
