import { expect, test } from '@jest/globals';
import type { ErrorType } from 'rx-content-library/simulator';
import { dialects, start } from './call.ts';
import { errorResponse, message } from './expected-errors.ts';

/** From VMware's specifications of 7.0.3 and 8.0.2; the dialects disagree on six types. */
const statuses: Readonly<Record<ErrorType, readonly [api: number, rest: number]>> = {
  ERROR: [500, 400],
  ALREADY_EXISTS: [400, 400],
  ALREADY_IN_DESIRED_STATE: [400, 400],
  CANCELED: [400, 400],
  CONCURRENT_CHANGE: [409, 400],
  FEATURE_IN_USE: [400, 400],
  INTERNAL_SERVER_ERROR: [500, 500],
  INVALID_ARGUMENT: [400, 400],
  INVALID_ELEMENT_CONFIGURATION: [400, 400],
  INVALID_ELEMENT_TYPE: [400, 400],
  INVALID_REQUEST: [400, 400],
  NOT_ALLOWED_IN_CURRENT_STATE: [400, 400],
  NOT_FOUND: [404, 404],
  OPERATION_NOT_FOUND: [404, 404],
  RESOURCE_BUSY: [500, 400],
  RESOURCE_IN_USE: [400, 400],
  RESOURCE_INACCESSIBLE: [500, 400],
  SERVICE_UNAVAILABLE: [503, 503],
  TIMED_OUT: [500, 504],
  UNABLE_TO_ALLOCATE_RESOURCE: [500, 400],
  UNAUTHENTICATED: [401, 401],
  UNAUTHORIZED: [403, 403],
  UNEXPECTED_INPUT: [400, 400],
  UNSUPPORTED: [400, 400],
  UNVERIFIED_PEER: [400, 400],
};

test.each(Object.entries(statuses) as [ErrorType, readonly [number, number]][])(
  '%s has the statuses %j in /api and in /rest',
  async (errorType, [api, rest]) => {
    const text = message('some.id', 'Some text.');
    for (const dialect of dialects) {
      const { call } = await start(dialect, {
        scenario: { faults: [{ operation: 'content.Library.list', kind: 'refusal', errorType, message: text }] },
      });
      const { status, json } = await call('content.Library.list');
      expect({ status, json }).toMatchObject(errorResponse(dialect, dialect === 'api' ? api : rest, errorType, text));
    }
  },
);
