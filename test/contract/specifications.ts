/** VMware's OpenAPI files, with what is known to be missing or wrong in them. They are not part of this project. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { specification, type Declared, type OpenApi, type Schema, type Specification } from '../support/openapi.ts';

const folder = join(import.meta.dirname, '../../../shared/reference/specs');

/** Why there are no files to read; not set where there are. */
export const specificationsMissing: string | undefined = existsSync(folder)
  ? undefined
  : "VMware's OpenAPI files are not here (../shared/reference/specs)";

const read = (file: string): OpenApi => JSON.parse(readFileSync(join(folder, file), 'utf8')) as OpenApi;

const refusedLogins = {
  401: { schema: { $ref: '#/definitions/vapi.std.errors.unauthenticated_error' } },
  503: { schema: { $ref: '#/definitions/vapi.std.errors.service_unavailable_error' } },
};

const refusedLogin: Schema = {
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

const moment: Schema = { type: 'string', format: 'date-time' };

/** The login of `/rest` is in a file of its own, which is not among these: written from VMware's pages on `cis/session`. */
const restLogin: OpenApi = {
  paths: {
    '/rest/com/vmware/cis/session': {
      post: {
        operationId: 'create',
        tags: ['session'],
        responses: { 200: { schema: { $ref: '#/definitions/cis.session.create_resp' } }, ...refusedLogins },
      },
      delete: { operationId: 'delete', tags: ['session'], responses: { 200: {}, ...refusedLogins } },
    },
    '/rest/com/vmware/cis/session?~action=get': {
      post: {
        operationId: 'get',
        tags: ['session'],
        responses: { 200: { schema: { $ref: '#/definitions/cis.session_resp' } }, ...refusedLogins },
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
      properties: { user: text, created_time: moment, last_accessed_time: moment },
    },
    'vapi.std.errors.unauthenticated_error': { type: 'object', properties: { type: text, value: refusedLogin } },
    'vapi.std.errors.service_unavailable_error': { type: 'object', properties: { type: text, value: refusedLogin } },
    'vapi.std.localizable_message': {
      type: 'object',
      required: ['id', 'default_message', 'args'],
      properties: { id: text, default_message: text, args: { type: 'array', items: text } },
    },
  },
};

/** The structures of `/rest` are the same in both versions, but only 8.0.2 says in words which fields an answer always has. */
const withTextsOf = (newer: Specification['definitions'], older: OpenApi): OpenApi => ({
  ...older,
  definitions: Object.fromEntries(
    Object.entries(older.definitions).map(([name, schema]) => [name, withTexts(newer[name.replace('com.vmware.', '')], schema)]),
  ),
});

const withTexts = (newer: Schema | undefined, older: Schema): Schema => {
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
    specification('6.7.0', 'content', withTextsOf(content802.definitions, read('6.7.0/content.json'))),
  ];
};

/** None where the files are missing. */
export const specifications: readonly Specification[] = specificationsMissing === undefined ? readAll() : [];

/** An operation, and the file that declares it. */
export interface Case {
  /** For the names of tests. */
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
