/** Folds every shape in which vCenter, or a proxy before it, says no into one error. */

import { ApiError, type ErrorMessage } from '../errors/index.ts';

/**
 * Reads an error's body, whatever it is: `/api`, `/rest` with and without `error_type`, the camelCase shape of 6.0, or no JSON.
 *
 * @param body - The parsed JSON, or `undefined` where there was none.
 * @param retryAfter - Milliseconds that the answer's header asks to wait.
 */
export const toApiError = (operation: string, status: number, body: unknown, retryAfter?: number): ApiError => {
  const outer = record(body);
  const inner = 'value' in outer ? record(outer['value']) : outer;
  const type = text(inner['error_type']) ?? typeOfName(text(outer['type'])) ?? typeOfStatus(status);
  const messages = Array.isArray(inner['messages']) ? inner['messages'] : inner['localizableMessages'];
  return new ApiError({
    operation,
    status,
    error_type: type,
    messages: Array.isArray(messages) ? messages.map(message) : [],
    ...(isSet(inner['data']) ? { data: inner['data'] } : {}),
    retryAfter,
  });
};

const message = (value: unknown): ErrorMessage => {
  const fields = record(value);
  const localized = text(fields['localized']);
  return {
    id: text(fields['id']) ?? '',
    default_message: text(fields['default_message']) ?? text(fields['defaultMessage']) ?? '',
    args: Array.isArray(fields['args']) ? fields['args'].map((arg) => (typeof arg === 'string' ? arg : JSON.stringify(arg))) : [],
    ...(isSet(fields['params']) ? { params: parameters(fields['params']) } : {}),
    ...(localized === undefined ? {} : { localized }),
  };
};

/** An object in `/api`; in `/rest`, by what VMware says of it, a list of pairs. */
const parameters = (params: unknown): Readonly<Record<string, unknown>> =>
  Array.isArray(params)
    ? Object.fromEntries(params.map(record).map(({ key, value }): [string, unknown] => [text(key) ?? '', value]))
    : record(params);

const isSet = (value: unknown): boolean => value !== undefined && value !== null;

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {};

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** `com.vmware.vapi.std.errors.not_found` is `NOT_FOUND`. */
const typeOfName = (name = ''): string | undefined => /^com\.vmware\.vapi\.std\.errors\.(\w+)$/.exec(name)?.[1]?.toUpperCase();

/** What VMware's own runtime makes of a status when the body says nothing. */
const typeOfStatus = (status: number): string => {
  if ([401, 407, 511].includes(status)) return 'UNAUTHENTICATED';
  if ([402, 403].includes(status)) return 'UNAUTHORIZED';
  if ([404, 410].includes(status)) return 'NOT_FOUND';
  if ([408, 504].includes(status)) return 'TIMED_OUT';
  if ([409, 428].includes(status)) return 'CONCURRENT_CHANGE';
  if (status === 416) return 'RESOURCE_INACCESSIBLE';
  if (status === 423) return 'RESOURCE_BUSY';
  // 502 stands in no table of VMware's: a proxy sends it when vCenter is away.
  if ([429, 502, 503].includes(status)) return 'SERVICE_UNAVAILABLE';
  if ([507, 509].includes(status)) return 'UNABLE_TO_ALLOCATE_RESOURCE';
  if ([418, 501].includes(status)) return 'ERROR';
  return status >= 500 ? 'INTERNAL_SERVER_ERROR' : 'INVALID_REQUEST';
};
