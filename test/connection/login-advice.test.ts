import { describe, expect, test } from '@jest/globals';
import { listLibraries, type ContentLibraryError, type VCenterOptions } from 'rx-content-library';
import type { Fault } from 'rx-content-library/simulator';
import { collect } from '../support/collect.ts';
import { preparedAtOnce, simulatedVCenter } from '../support/simulated-vcenter.ts';

/** Resolves with the error of a first request. */
const failed = async (
  faults: readonly Fault[],
  options: Partial<VCenterOptions> = {},
  dialect: 'auto' | 'api' | 'rest' = 'auto',
): Promise<ContentLibraryError> => {
  const { vc } = simulatedVCenter(dialect, { scenario: { preparation: preparedAtOnce, faults } }, { retry: false, ...options });
  return (await collect(listLibraries(vc))).error as ContentLibraryError;
};

const page = (operation: string, status: number): Fault => ({
  operation,
  status,
  body: '<html>No.</html>',
  contentType: 'text/html',
});

describe('the advice of a failed login', () => {
  test.each(['auto', 'api', 'rest'] as const)('does not name the password if a session id was rejected (%s)', async (dialect) => {
    const error = await failed([], { credentials: { sessionId: 'bogus' } }, dialect);
    expect(error._tag).toBe('AuthenticationError');
    expect(error.message).toMatch(/the API session is invalid or has expired\. Log in again\./);
    expect(error.message).not.toMatch(/user name|password/);
  });

  test.each([404, 405])("names the server's address if neither dialect has a login (%d)", async (status) => {
    const error = await failed([page('cis.Session.create', status)]);
    expect(error).toMatchObject({ _tag: 'ApiError', status });
    expect(error.message).toMatch(/may not be a vCenter: check the server's address/);
    expect(error.message).not.toMatch(/other dialect/);
  });

  test('names the address, not the dialect, also if vCenter itself states that the route is missing', async () => {
    const body = '{"messages":[{"id":"com.vmware.vapi.rest.httpNotFound","default_message":"Not found.","args":[]}]}';
    const error = await failed([{ operation: 'cis.Session.create', status: 404, body }]);
    expect(error.message).toMatch(/check the server's address/);
    expect(error.message).not.toMatch(/other dialect/);
  });

  test('does not name privileges if a proxy refuses it', async () => {
    const error = await failed([page('cis.Session.create', 403)]);
    expect(error).toMatchObject({ _tag: 'ApiError', status: 403 });
    expect(error.message).toMatch(/the response may come from a proxy/);
    expect(error.message).not.toMatch(/ContentLibrary\.|permission/);
  });

  test('does not name privileges if vCenter refuses it', async () => {
    const error = await failed([{ operation: 'cis.Session.create', kind: 'refusal', errorType: 'UNAUTHORIZED', message: 'No.' }]);
    expect(error.message).toMatch(/UNAUTHORIZED \(403\): No\.$/);
  });

  test.each([407, 511])('does not name the password if a proxy wants a login of its own (%d)', async (status) => {
    const error = await failed([page('cis.Session.create', status)]);
    expect(error).toMatchObject({ _tag: 'ApiError', status });
    expect(error.message).not.toMatch(/user name|password/);
  });
});

test("the page of a proxy that refuses a later request names no privileges, vCenter's own refusal does", async () => {
  const operation = 'content.Library.list';
  expect((await failed([page(operation, 403)])).message).not.toMatch(/ContentLibrary\.DownloadSession/);
  const refusal: Fault = { operation, kind: 'refusal', errorType: 'UNAUTHORIZED', message: 'No.' };
  expect((await failed([refusal])).message).toMatch(/ContentLibrary\.DownloadSession/);
});
