/** Fetches the bytes of a file. */

import type { Observable } from 'rxjs';
import { authorityOf } from './authority.ts';
import {
  isEncoded,
  rangeHeaders,
  readRangeResponse,
  supportsRanges,
  validatorsOf,
  type RangeRequest,
  type RangeResult,
  type Validators,
} from './byte-range.ts';
import { readApiError } from './read-api-error.ts';
import { createRedactor } from './redact.ts';
import { sendRequest, type Transport } from './send.ts';

/** The body of a response with bytes of a file. The subscriber MUST read the stream to its end or cancel it. */
export interface FileBody {
  /** Which bytes of the file the stream contains. */
  readonly range: RangeResult;
  /** What identifies the content of the file. */
  readonly validators: Validators;
  /** True if the response shows that the server supports ranges of this file. */
  readonly supportsRanges: boolean;
  /** True if the body was encoded and the stream is decoded: its bytes have no offsets on the server. */
  readonly isDecoded: boolean;
  readonly stream: ReadableStream<Uint8Array>;
  /** Host and port of the server, for errors. */
  readonly host: string;
}

/**
 * Fetches bytes of the file at a URL.
 *
 * - Emits: the body, as soon as its headers have arrived.
 * - Completes: after it; the body continues.
 * - Errors: `ApiError`, `TransportError`, `TimeoutError` or `TlsError`.
 * - Unsubscribing: aborts the request until it has emitted; then the body MUST be cancelled instead.
 *
 * @param url - A secret: it grants access to the file.
 */
export const fetchBody = (
  transport: Transport,
  url: string,
  operation: string,
  headers: Readonly<Record<string, string>>,
  range: RangeRequest,
): Observable<FileBody> =>
  sendRequest(transport, { operation, url, headers: { ...headers, ...rangeHeaders(range) } }, async (response) => {
    // 416 is a result, not a failure: the file may end before the requested range.
    if (!response.ok && response.status !== 416) throw await readApiError(operation, response, createRedactor(headers, url));
    return {
      range: readRangeResponse(response, range),
      validators: validatorsOf(response.headers),
      supportsRanges: supportsRanges(response),
      isDecoded: isEncoded(response.headers),
      host: authorityOf(url),
      stream: response.body ?? new Response('').body ?? new ReadableStream<Uint8Array>(),
    };
  });
