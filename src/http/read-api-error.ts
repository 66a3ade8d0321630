/** Reads every shape of error response, of vCenter or of a proxy in front of it, into an `ApiError`. */

import { ApiError, type ErrorMessage } from '../errors/index.ts';
import { parseJson, readText } from './read-text.ts';
import type { Redactor } from './redact.ts';
import { retryAfter } from './retry-after.ts';

/** Bytes of an error body that are read at most. A longer body does not come from vCenter and is ignored, as one that is not JSON. */
const MAX_ERROR_SIZE = 1024 * 1024;

/**
 * Reads the error of a response that is not a success.
 *
 * @param redact - Removes the secrets of the request, which the server may repeat.
 */
export const readApiError = async (operation: string, response: Response, redact: Redactor): Promise<ApiError> => {
  const text = await readText(response, MAX_ERROR_SIZE);
  return toApiError(operation, response.status, parseJson(redact(text ?? '')), retryAfter(response.headers));
};

/**
 * Converts the body of an error: `/api`, `/rest` with and without `error_type`, the camelCase shape of 6.0, or no JSON.
 *
 * @param body - The parsed JSON, or `undefined` if there is none.
 * @param retryAfterMs - Milliseconds of the response's `Retry-After`.
 */
export const toApiError = (operation: string, status: number, body: unknown, retryAfterMs?: number): ApiError => {
  const envelope = record(body);
  const error = 'value' in envelope ? record(envelope['value']) : envelope;
  const type = text(error['error_type']) ?? errorTypeOfName(text(envelope['type'])) ?? errorTypeOfStatus(status);
  const messages = Array.isArray(error['messages']) ? error['messages'] : error['localizableMessages'];
  return new ApiError({
    operation,
    status,
    error_type: type,
    messages: Array.isArray(messages) ? messages.map(toErrorMessage) : [],
    ...(isSet(error['data']) ? { data: error['data'] } : {}),
    retryAfter: retryAfterMs,
  });
};

const toErrorMessage = (value: unknown): ErrorMessage => {
  const fields = record(value);
  const localized = text(fields['localized']);
  return {
    id: text(fields['id']) ?? '',
    default_message: text(fields['default_message']) ?? text(fields['defaultMessage']) ?? '',
    args: Array.isArray(fields['args']) ? fields['args'].map((arg) => (typeof arg === 'string' ? arg : JSON.stringify(arg))) : [],
    ...(isSet(fields['params']) ? { params: toParams(fields['params']) } : {}),
    ...(localized === undefined ? {} : { localized }),
  };
};

/** An object in `/api`; a list of pairs in `/rest`, according to VMware's documentation. */
const toParams = (params: unknown): Readonly<Record<string, unknown>> =>
  Array.isArray(params)
    ? Object.fromEntries(params.map(record).map(({ key, value }): [string, unknown] => [text(key) ?? '', value]))
    : record(params);

const isSet = (value: unknown): boolean => value !== undefined && value !== null;

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** Maps `com.vmware.vapi.std.errors.not_found` to `NOT_FOUND`. */
const errorTypeOfName = (name = ''): string | undefined =>
  /^com\.vmware\.vapi\.std\.errors\.(\w+)$/.exec(name)?.[1]?.toUpperCase();

/** The mapping of VMware's own runtime, for a body without an error type. */
const errorTypeOfStatus = (status: number): string => {
  if ([401, 407, 511].includes(status)) return 'UNAUTHENTICATED';
  if ([402, 403].includes(status)) return 'UNAUTHORIZED';
  if ([404, 410].includes(status)) return 'NOT_FOUND';
  if ([408, 504].includes(status)) return 'TIMED_OUT';
  if ([409, 428].includes(status)) return 'CONCURRENT_CHANGE';
  if (status === 416) return 'RESOURCE_INACCESSIBLE';
  if (status === 423) return 'RESOURCE_BUSY';
  // VMware's table has no 502: a proxy sends it while vCenter is down.
  if ([429, 502, 503].includes(status)) return 'SERVICE_UNAVAILABLE';
  if ([507, 509].includes(status)) return 'UNABLE_TO_ALLOCATE_RESOURCE';
  if ([418, 501].includes(status)) return 'ERROR';
  return status >= 500 ? 'INTERNAL_SERVER_ERROR' : 'INVALID_REQUEST';
};
