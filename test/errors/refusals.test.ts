import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ApiError, AuthenticationError, getLibrary, listLibraries, type Dialect } from 'rx-content-library';
import type { Fault } from 'rx-content-library/simulator';
import { collect } from '../support/collect.ts';
import { operationNames, simulatedVCenter } from '../support/simulated-vcenter.ts';

const locked = 'User account is locked. Please contact your administrator.';
const privileges = 'ContentLibrary.DownloadSession';

const refuse = async (dialect: Dialect | 'auto', fault: Fault) => {
  const { simulator, vc } = simulatedVCenter(dialect, { scenario: { faults: [fault] } });
  const { error } = await collect(listLibraries(vc));
  return { error, text: String(error), simulator };
};

describe.each(['api', 'rest'] as const)("a refused login states vCenter's own message, after one login (%s)", (dialect) => {
  const message = { id: 'com.vmware.vapi.endpoint.locked', default_message: locked, args: [] };
  test.each([
    ['error_type', { error_type: 'UNAUTHENTICATED', messages: [message] }],
    ['value', { type: 'com.vmware.vapi.std.errors.unauthenticated', value: { messages: [message] } }],
    ['localizableMessages', { localizableMessages: [{ id: 'x', defaultMessage: locked, args: [] }] }],
    ['localized', { messages: [{ id: 'x', default_message: '', args: [], localized: locked }] }],
  ])('in the shape with %s', async (_, body) => {
    const fault = { operation: 'cis.Session.create', status: 401, body: JSON.stringify(body) };
    const { error, text, simulator } = await refuse(dialect, fault);
    expect(error).toMatchObject({ _tag: 'AuthenticationError', operation: 'cis.Session.create' });
    expect(text).toContain(locked);
    expect(operationNames(simulator)).toEqual(['cis.Session.create']);
  });

  test('or that there is none, because a proxy may have refused it', async () => {
    const { text } = await refuse(dialect, { operation: 'cis.Session.create', kind: 'page', status: 401 });
    expect(text).toContain('No message from vCenter; the response may come from a proxy.');
  });
});

describe.each([401, 403])('a %d after the login', (status) => {
  const operation = 'content.Library.list';
  const errorType = status === 401 ? 'UNAUTHENTICATED' : 'UNAUTHORIZED';

  test("states vCenter's own message", async () => {
    const { text } = await refuse('api', { operation, kind: 'refusal', errorType, message: locked });
    expect(text).toContain(locked);
    expect(text.includes(privileges)).toBe(status === 403);
  });

  test('of a firewall is not explained with privileges', async () => {
    const { text } = await refuse('api', { operation, kind: 'page', status });
    expect(text).toMatch(/no message from vCenter; the response may come from a proxy/i);
    expect(text).not.toContain(privileges);
  });
});

test('for all messages of vCenter: the text of an error has no control character and no line break', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', ' ', '\u001B[31m', '\n', '\r', '\u0000', '\u202E', '\u2028', 'ü', '.') });
  fc.assert(
    fc.property(text, (default_message) => {
      const facts = { messages: [{ id: 'id', default_message, args: [] }], operation: 'content.Library.get', status: 403 };
      const errors = [
        new ApiError({ ...facts, error_type: 'UNAUTHORIZED' }),
        new AuthenticationError({ ...facts, server: 'https://vcenter.example.com', reason: 'the login was rejected.' }),
      ];
      for (const error of errors) expect(error.message).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
  );
  const { vc } = simulatedVCenter('api', {
    scenario: {
      faults: [{ operation: 'content.Library.get', kind: 'refusal', errorType: 'UNAUTHORIZED', message: 'a\u001B]0;b\nc' }],
    },
  });
  expect(String((await collect(getLibrary(vc, 'library-1'))).error)).toContain('a ]0;b c');
});
