/** The HTTP status of every refusal, on which the dialects do not always agree. */

import type { Dialect } from '../options/dialect.ts';
import type { ErrorType } from '../options/error-type.ts';

const both = (status: number): Readonly<Record<Dialect, number>> => ({ api: status, rest: status });

/** As VMware's specifications of 7.0.3 and 8.0.2 declare them; those they do not have, as the runtime of VMware's Go SDK maps them. */
export const refusalStatus: Readonly<Record<ErrorType, Readonly<Record<Dialect, number>>>> = {
  ERROR: { api: 500, rest: 400 },
  ALREADY_EXISTS: both(400),
  ALREADY_IN_DESIRED_STATE: both(400),
  CANCELED: both(400),
  CONCURRENT_CHANGE: { api: 409, rest: 400 },
  FEATURE_IN_USE: both(400),
  INTERNAL_SERVER_ERROR: both(500),
  INVALID_ARGUMENT: both(400),
  INVALID_ELEMENT_CONFIGURATION: both(400),
  INVALID_ELEMENT_TYPE: both(400),
  INVALID_REQUEST: both(400),
  NOT_ALLOWED_IN_CURRENT_STATE: both(400),
  NOT_FOUND: both(404),
  OPERATION_NOT_FOUND: both(404),
  RESOURCE_BUSY: { api: 500, rest: 400 },
  RESOURCE_IN_USE: both(400),
  RESOURCE_INACCESSIBLE: { api: 500, rest: 400 },
  SERVICE_UNAVAILABLE: both(503),
  TIMED_OUT: { api: 500, rest: 504 },
  UNABLE_TO_ALLOCATE_RESOURCE: { api: 500, rest: 400 },
  UNAUTHENTICATED: both(401),
  UNAUTHORIZED: both(403),
  UNEXPECTED_INPUT: both(400),
  UNSUPPORTED: both(400),
  UNVERIFIED_PEER: both(400),
};
