/** The body of a prepared file, asked for from where the sink stands. */

import type { Observable } from 'rxjs';
import type { Arrival } from './arrival.ts';
import { DecodeError, UnsupportedEndpointError } from '../errors.ts';
import type { DownloadFileInfo } from '../model/download-file.ts';
import type { ChecksumInfo, TransferEndpoint } from '../model/transfer.ts';
import type { Parts } from './parts.ts';
import type { Sink } from './sink.ts';
import { operationOf } from './transfer.ts';
import type { Body } from '../connection/vapi.ts';
import { wire, type VCenter } from '../connection/vcenter.ts';

/** Whose bytes, and where they go. */
export interface BytesBehind {
  readonly vc: VCenter;
  readonly info: DownloadFileInfo;
  readonly arrival: Arrival;
  readonly sink: Sink;
  readonly stated: ChecksumInfo | undefined;
  /** Milliseconds without a byte after which to give up. */
  readonly stall: number;
  /** How it may be fetched in parts. @default not at all */
  readonly parts?: Parts | undefined;
}

/**
 * - Emits: the body as soon as the answer has begun, of the bytes that the sink does not have, or of one part. - Completes: after it.
 * - Errors: `DecodeError`, `UnsupportedEndpointError`, and as requests do.
 * - Unsubscribing: aborts a request that was not answered yet.
 */
export const openBody = (
  { vc, info, arrival: { received, validator }, stall }: BytesBehind,
  part?: { readonly from: number; readonly to: number },
): Observable<Body> =>
  vc[wire].open(endpointOf(info), operationOf(info.name), stall, {
    from: received,
    ...part,
    ...(validator === undefined ? {} : { validator }),
  });

const endpointOf = ({ name, download_endpoint }: DownloadFileInfo): TransferEndpoint => {
  if (download_endpoint === undefined || !URL.canParse(download_endpoint.uri))
    throw new DecodeError({
      operation: operationOf(name),
      issues: [{ path: 'download_endpoint.uri', expected: 'an address, as the file is PREPARED', found: 'none' }],
    });
  const { protocol } = new URL(download_endpoint.uri);
  if (protocol !== 'https:' && protocol !== 'http:') throw new UnsupportedEndpointError({ file: name, scheme: protocol });
  return download_endpoint;
};
