import { expect, test } from '@jest/globals';
import { createSimulator } from 'rx-content-library/simulator';
import { callAs, server, start } from './call.ts';

// Bodies that real servers sent, from public issues; the server name and the realm were replaced.

const withoutRealm = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replace(/realm=[0-9a-f]{40}/, 'realm='));

test('a call without a login returns the error of 7.0', async () => {
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

test('an unknown route returns the error of 7.0.2 to 9.1.1', async () => {
  const response = await createSimulator().fetch(`${server}/api/none`);
  expect(await response.json()).toEqual({
    error_type: 'NOT_FOUND',
    messages: [{ args: [], default_message: 'Not found.', id: 'com.vmware.vapi.rest.httpNotFound' }],
  });
});

test('a call without a login returns the error of 6.7, without error_type and challenge', async () => {
  const simulator = createSimulator({ scenario: { version: '6.7' } });
  const { json } = await callAs(simulator, 'rest', undefined)('content.Library.list');
  expect(json).toEqual({
    type: 'com.vmware.vapi.std.errors.unauthenticated',
    value: {
      messages: [
        {
          args: [],
          default_message: 'Authentication required.',
          id: 'com.vmware.vapi.endpoint.method.authentication.required',
        },
      ],
    },
  });
});

test('an unknown route returns the error of 6.5', async () => {
  const response = await createSimulator({ scenario: { version: '6.7' } }).fetch(`${server}/rest/none`);
  expect(await response.json()).toEqual({
    localizableMessages: [{ defaultMessage: 'Not found.', id: 'com.vmware.vapi.rest.httpNotFound' }],
    majorErrorCode: 404,
    name: 'com.vmware.vapi.rest.httpNotFound',
  });
});

test('an unknown parameter of a POST returns the error recorded in 2020', async () => {
  const { simulator, token } = await start('rest', { scenario: { version: '6.7' } });
  const path = '/rest/com/vmware/content/library/item/download-session?vmw-task=true';
  const response = await simulator.fetch(`${server}${path}`, { method: 'POST', headers: { 'vmware-api-session-id': token } });
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({
    type: 'com.vmware.vapi.std.errors.unexpected_input',
    value: {
      messages: [
        {
          args: ['[vmw-task]', 'operation-input'],
          default_message: "Found unexpected fields [vmw-task] in structure 'operation-input'.",
          id: 'vapi.data.structure.field.unexpected',
        },
      ],
    },
  });
});
