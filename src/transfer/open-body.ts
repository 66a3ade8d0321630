/** The body of a prepared file, asked for from where the sink stands. */

import type { Observable } from 'rxjs';
import type { TransferState } from './transfer-state.ts';
import { DecodeError, UnsupportedEndpointError } from '../errors/index.ts';
import type { DownloadFileInfo } from '../model/download-file.ts';
import type { ChecksumInfo, TransferEndpoint } from '../model/transfer.ts';
import type { RangeState } from './ranges/range-plan.ts';
import type { Sink } from './sink.ts';
import { transferLabel } from './transfer.ts';
import type { FileBody } from '../http/fetch-body.ts';
import { internals, type VCenter } from '../connection/vcenter.ts';

/** Whose bytes, and where they go. */
export interface FetchContext {
  readonly vc: VCenter;
  readonly info: DownloadFileInfo;
  readonly state: TransferState;
  readonly sink: Sink;
  readonly expectedChecksum: ChecksumInfo | undefined;
  /** Milliseconds without a byte after which to give up. */
  readonly stallTimeout: number;
  /** How it may be fetched in parts. @default not at all */
  readonly ranges?: RangeState | undefined;
}

/**
 * - Emits: the body as soon as the answer has begun, of the bytes that the sink does not have, or of one part. - Completes: after it.
 * - Errors: `DecodeError`, `UnsupportedEndpointError`, and as requests do.
 * - Unsubscribing: aborts a request that was not answered yet.
 */
export const openBody = (
  { vc, info, state: { received, validator }, stallTimeout }: FetchContext,
  part?: { readonly from: number; readonly to: number },
): Observable<FileBody> =>
  vc[internals].open(endpointOf(info), transferLabel(info.name), stallTimeout, {
    from: received,
    ...part,
    ...(validator === undefined ? {} : { validator }),
  });

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
