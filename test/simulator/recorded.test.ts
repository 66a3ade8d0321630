import { expect, test } from '@jest/globals';
import { createSimulator } from 'rx-content-library/simulator';
import { callAs, server } from './wire.ts';

// Bodies that real servers sent, found in public issues; the server's name and the realm were replaced.

const withoutRealm = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replace(/realm=[0-9a-f]{40}/, 'realm='));

test('a call without a login is refused in the words of a 7.0', async () => {
  const { json } = await callAs(createSimulator(), 'rest', undefined)('content.Library.list');
  expect(withoutRealm(json)).toEqual({
    type: 'com.vmware.vapi.std.errors.unauthenticated',
    value: {
      error_type: 'UNAUTHENTICATED',
      messages: [
        {
          args: [],
          default_message: 'Authentication required.',
          id: 'com.vmware.vapi.endpoint.method.authentication.required',
        },
      ],
      challenge:
        'Basic realm="VAPI endpoint",SIGN realm=,service="VAPI endpoint",sts="https://vcenter.example.test/sts/STSService/vsphere.local"',
    },
  });
});

test('an unknown route is refused in the words of 7.0.2 to 9.1.1', async () => {
  const response = await createSimulator().fetch(`${server}/api/none`);
  expect(await response.json()).toEqual({
    error_type: 'NOT_FOUND',
    messages: [{ args: [], default_message: 'Not found.', id: 'com.vmware.vapi.rest.httpNotFound' }],
  });
});
