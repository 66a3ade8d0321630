/** VMware's OpenAPI files, which are not part of this project, with additions for what they lack. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { specification, type Declared, type OpenApi, type Schema, type Specification } from '../support/openapi.ts';

const folder = join(import.meta.dirname, '../../../shared/reference/specs');

/** Reason why the files cannot be read; `undefined` if they exist. */
export const specificationsMissing: string | undefined = existsSync(folder)
  ? undefined
  : "VMware's OpenAPI files are missing (../shared/reference/specs)";

const read = (file: string): OpenApi => JSON.parse(readFileSync(join(folder, file), 'utf8')) as OpenApi;

const loginErrors = {
  401: { schema: { $ref: '#/definitions/vapi.std.errors.unauthenticated_error' } },
  503: { schema: { $ref: '#/definitions/vapi.std.errors.service_unavailable_error' } },
};

const loginError: Schema = {
  type: 'object',
  required: ['messages'],
  properties: {
    challenge: { type: 'string' },
    error_type: { type: 'string' },
    data: { type: 'object' },
    messages: { type: 'array', items: { $ref: '#/definitions/vapi.std.localizable_message' } },
  },
};

const text: Schema = { type: 'string' };

const dateTime: Schema = { type: 'string', format: 'date-time' };

/** The login of `/rest` is in a separate file, which is missing: from VMware's pages on `cis/session`. */
const restLogin: OpenApi = {
  paths: {
    '/rest/com/vmware/cis/session': {
      post: {
        operationId: 'create',
        tags: ['session'],
        responses: { 200: { schema: { $ref: '#/definitions/cis.session.create_resp' } }, ...loginErrors },
      },
      delete: { operationId: 'delete', tags: ['session'], responses: { 200: {}, ...loginErrors } },
    },
    '/rest/com/vmware/cis/session?~action=get': {
      post: {
        operationId: 'get',
        tags: ['session'],
        responses: { 200: { schema: { $ref: '#/definitions/cis.session_resp' } }, ...loginErrors },
      },
    },
  },
  definitions: {
    'cis.session.create_resp': { type: 'object', required: ['value'], properties: { value: text } },
    'cis.session_resp': {
      type: 'object',
      required: ['value'],
      properties: { value: { $ref: '#/definitions/cis.session.info' } },
    },
    'cis.session.info': {
      type: 'object',
      required: ['user', 'created_time', 'last_accessed_time'],
      properties: { user: text, created_time: dateTime, last_accessed_time: dateTime },
    },
    'vapi.std.errors.unauthenticated_error': { type: 'object', properties: { type: text, value: loginError } },
    'vapi.std.errors.service_unavailable_error': { type: 'object', properties: { type: text, value: loginError } },
    'vapi.std.localizable_message': {
      type: 'object',
      required: ['id', 'default_message', 'args'],
      properties: { id: text, default_message: text, args: { type: 'array', items: text } },
    },
  },
};

/** The structures of `/rest` are the same in both versions, but only 8.0.2 describes which fields are always present. */
const withDescriptionsOf = (newer: Specification['definitions'], older: OpenApi): OpenApi => ({
  ...older,
  definitions: Object.fromEntries(
    Object.entries(older.definitions).map(([name, schema]) => [
      name,
      withDescriptions(newer[name.replace('com.vmware.', '')], schema),
    ]),
  ),
});

const withDescriptions = (newer: Schema | undefined, older: Schema): Schema => {
  if (older.properties === undefined) return older;
  const properties = Object.entries(older.properties).map(([name, field]): [string, Schema] => {
    const description = newer?.properties?.[name]?.description;
    return [name, description === undefined ? field : { ...field, description }];
  });
  return { ...older, properties: Object.fromEntries(properties) };
};

const readAll = (): readonly Specification[] => {
  const content802 = specification('8.0.2', 'content', read('8.0.2/content.json'));
  return [
    specification('8.0.2', 'cis', read('8.0.2/session.json')),
    specification("VMware's pages", 'cis', restLogin),
    content802,
    specification('6.7.0', 'content', withDescriptionsOf(content802.definitions, read('6.7.0/content.json'))),
  ];
};

/** Empty if the files are missing. */
export const specifications: readonly Specification[] = specificationsMissing === undefined ? readAll() : [];

/** An operation and the file that declares it. */
export interface Case {
  /** Part of the test titles. */
  readonly title: string;
  readonly declared: Declared;
  readonly specification: Specification;
}

/** All operations of all files. */
export const cases: readonly Case[] = specifications.flatMap((each) =>
  each.operations.map((declared) => ({
    title: `${each.version}, /${declared.dialect}, ${declared.name}`,
    declared,
    specification: each,
  })),
);
