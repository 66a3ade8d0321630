/** The exact error responses of each dialect. */

import { expect } from '@jest/globals';
import type { Dialect, ParsedResponse } from './call.ts';

export const message = (id: string, default_message: string, args: readonly string[] = []) => ({ id, default_message, args });

export const errorResponse = (
  dialect: Dialect,
  status: number,
  error_type: string,
  message: unknown,
  more: object = {},
): object => {
  const error = { error_type, messages: [message], ...more };
  return {
    status,
    json: dialect === 'api' ? error : { type: `com.vmware.vapi.std.errors.${error_type.toLowerCase()}`, value: error },
  };
};

export const statusAndJson = ({ status, json }: ParsedResponse): object => ({ status, json });

export const notFound = (kind: string, id: string) =>
  message('com.vmware.vdcs.cls-main.object_not_found', `The ${kind} with the ID ${id} does not exist.`, [kind, id]);

export const invalid = (reason: string, ...args: readonly string[]) =>
  message('com.vmware.vdcs.cls-main.invalid_argument', reason, args);

export const routeNotFound = message('com.vmware.vapi.rest.httpNotFound', 'Not found.');

export const authenticationRequired = message(
  'com.vmware.vapi.endpoint.method.authentication.required',
  'Authentication required.',
);

export const challenge = expect.stringMatching(
  /^Basic realm="VAPI endpoint",SIGN realm=[0-9a-f]{40},service="VAPI endpoint",sts="https:\/\/vcenter\.example\.test\/sts\/STSService\/vsphere\.local"$/,
);
