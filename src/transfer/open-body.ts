/** Opens the body of a prepared file: the bytes that the sink is missing, or one byte range. */

import { tap, type Observable } from 'rxjs';
import { internals, type VCenter } from '../connection/vcenter.ts';
import { DecodeError, UnsupportedEndpointError } from '../errors/index.ts';
import type { RangeRequest } from '../http/byte-range.ts';
import type { FileBody } from '../http/fetch-body.ts';
import type { DownloadFileInfo } from '../model/download-file.ts';
import type { ChecksumInfo, TransferEndpoint } from '../model/transfer.ts';
import type { RangeState } from './ranges/range-plan.ts';
import type { RateLimiter } from './rate-limiter.ts';
import type { Sink } from './sink.ts';
import type { SpeedMeter } from './speed-floor.ts';
import type { TransferState } from './transfer-state.ts';
import { transferLabel } from './transfer.ts';

/** A prepared file and its transfer. */
export interface FetchContext {
  readonly vc: VCenter;
  readonly info: DownloadFileInfo;
  readonly state: TransferState;
  readonly sink: Sink;
  /** The checksum that was stated before the transfer. */
  readonly expectedChecksum: ChecksumInfo | undefined;
  /** Maximum time without a byte, in milliseconds. */
  readonly stallTimeout: number;
  /** Measures the speed of the file, over all attempts. */
  readonly meter: SpeedMeter;
  /** Limits the speed. @default it is not limited */
  readonly rateLimiter?: RateLimiter | undefined;
  /** Decides whether the file is fetched in byte ranges. @default over one connection only */
  readonly ranges?: RangeState | undefined;
}

/**
 * Requests the body of a file.
 *
 * - Emits: the body, once the response has started.
 * - Completes: after it.
 * - Errors: `DecodeError`, `UnsupportedEndpointError`, and as requests do.
 * - Unsubscribing: aborts the request if its response has not started.
 *
 * @param range - If not set, all missing bytes are requested.
 */
export const openBody = (
  { vc, info, state, stallTimeout }: FetchContext,
  range?: Pick<RangeRequest, 'from' | 'to'>,
): Observable<FileBody> =>
  vc[internals]
    .open(endpointOf(info), transferLabel(info.name), stallTimeout, {
      from: state.received,
      ...range,
      validators: state.validators,
    })
    .pipe(
      tap(({ host }) => {
        state.host = host;
      }),
    );

const endpointOf = ({ name, download_endpoint }: DownloadFileInfo): TransferEndpoint => {
  if (download_endpoint === undefined || !URL.canParse(download_endpoint.uri))
    throw new DecodeError({
      operation: transferLabel(name),
      issues: [{ path: 'download_endpoint.uri', expected: 'an address, as the file is PREPARED', found: 'none' }],
    });
  const { protocol } = new URL(download_endpoint.uri);
  if (protocol !== 'https:' && protocol !== 'http:') throw new UnsupportedEndpointError({ file: name, scheme: protocol });
  return download_endpoint;
};
