import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { callEndpoint } from './call-endpoint.ts';
import { endpoints } from './operations.ts';
import { rowOf } from './rows.ts';

const root = join(import.meta.dirname, '../..');

/** The cells of a row of the page. */
type Row = readonly [operation: string, name: string, api: string, rest: string, response: string];

/** Returns the text of a cell without backticks. */
const unquote = (cell: string): string => cell.trim().replace(/^`(.*)`$/, '$1');

const documented = (): readonly Row[] => {
  let service = '';
  return readFileSync(join(root, 'docs/07-endpoints.md'), 'utf8')
    .split('\n')
    .flatMap((line): readonly Row[] => {
      service = /^## `(.*)`/.exec(line)?.[1] ?? service;
      const [, name, method, api, rest, response] = /^\| (`\w+`) +\|(.*)\|(.*)\|(.*)\|(.*)\|$/.exec(line) ?? [];
      if (name === undefined || method === undefined || api === undefined || rest === undefined || response === undefined)
        return [];
      return [[`${service}.${unquote(method)}`, unquote(name), unquote(api), unquote(rest), unquote(response)]];
    });
};

/** Login and logout have no row; their routes are taken from their requests. */
const sent = async (name: string, dialect: 'api' | 'rest'): Promise<string> => {
  const token = JSON.stringify(dialect === 'api' ? 'token' : { value: 'token' });
  const { caught } = await callEndpoint({ name, dialect }, {}, () => new Response(token));
  return caught.map(({ method, url }) => `${method} ${url.pathname}${url.search}`).join();
};

const responseName = (codec: string): string => codec.replace(/^Array<(.*)>$/, '$1[]');

const actual = (): Promise<readonly Row[]> =>
  Promise.all(
    Object.entries(endpoints).map(async ([operation, { endpoint }]): Promise<Row> => {
      const row = rowOf(operation);
      if (row !== undefined) return [operation, endpoint.name, row.api.route, row.rest.route, responseName(row.response.name)];
      const response = operation === 'cis.Session.create' ? 'Dialect' : 'nothing';
      return [operation, endpoint.name, await sent(operation, 'api'), await sent(operation, 'rest'), response];
    }),
  );

describe('docs/07-endpoints.md', () => {
  test('has every operation in order, with its function, routes and response', async () => {
    expect(documented()).toEqual(await actual());
  });

  test('every operation has the name of its row', () => {
    const others = Object.keys(endpoints).filter((operation) => (rowOf(operation)?.name ?? operation) !== operation);
    expect(others).toEqual([]);
  });

  test('has every function that an endpoint file exports', async () => {
    const modules = readdirSync(join(root, 'src/endpoints')).map((file) => file.replace(/\.ts$/, ''));
    const functions = await Promise.all(
      modules.map(async (name) => Object.entries((await import(`#src/endpoints/${name}.js`)) as Record<string, unknown>)),
    );
    const exported = functions.flat().filter(([, value]) => typeof value === 'function');
    expect(exported.map(([name]) => name).sort()).toEqual(
      Object.values(endpoints)
        .map(({ endpoint }) => endpoint.name)
        .sort(),
    );
  });
});
