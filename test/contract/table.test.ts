import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exchange } from './exchange.ts';
import { covered } from './operations.ts';
import { rowOf } from './rows.ts';

const root = join(import.meta.dirname, '../..');

/** What stands in the page: the cells of a row, under the heading of its service. */
type Row = readonly [operation: string, name: string, api: string, rest: string, answer: string];

/** The last part of a code's name in a cell: `get` of `` `get` ``. */
const bare = (cell: string): string => cell.trim().replace(/^`(.*)`$/, '$1');

const documented = (): readonly Row[] => {
  let service = '';
  return readFileSync(join(root, 'docs/07-endpoints.md'), 'utf8')
    .split('\n')
    .flatMap((line): readonly Row[] => {
      service = /^## `(.*)`/.exec(line)?.[1] ?? service;
      const [, name, method, api, rest, answer] = /^\| (`\w+`) +\|(.*)\|(.*)\|(.*)\|(.*)\|$/.exec(line) ?? [];
      if (name === undefined || method === undefined || api === undefined || rest === undefined || answer === undefined)
        return [];
      return [[`${service}.${bare(method)}`, bare(name), bare(api), bare(rest), bare(answer)]];
    });
};

/** The login and the logout have no row: what they send is seen in their requests. */
const sent = async (name: string, dialect: 'api' | 'rest'): Promise<string> => {
  const token = JSON.stringify(dialect === 'api' ? 'token' : { value: 'token' });
  const { caught } = await exchange({ name, dialect }, {}, () => new Response(token));
  return caught.map(({ method, url }) => `${method} ${url.pathname}${url.search}`).join();
};

const answerOf = (codec: string): string => codec.replace(/^Array<(.*)>$/, '$1[]');

const actual = (): Promise<readonly Row[]> =>
  Promise.all(
    Object.entries(covered).map(async ([operation, { endpoint }]): Promise<Row> => {
      const row = rowOf(operation);
      if (row !== undefined) return [operation, endpoint.name, row.api.route, row.rest.route, answerOf(row.response.name)];
      const answer = operation === 'cis.Session.create' ? 'Dialect' : 'nothing';
      return [operation, endpoint.name, await sent(operation, 'api'), await sent(operation, 'rest'), answer];
    }),
  );

describe('docs/07-endpoints.md', () => {
  test('has every operation, in order, with its function, its routes and its answer', async () => {
    expect(documented()).toEqual(await actual());
  });

  test('every operation goes by the name of the row that asks for it', () => {
    const others = Object.keys(covered).filter((operation) => (rowOf(operation)?.name ?? operation) !== operation);
    expect(others).toEqual([]);
  });

  test('has every function that an endpoint file exports', async () => {
    const modules = readdirSync(join(root, 'src/endpoints')).map((file) => file.replace(/\.ts$/, ''));
    const functions = await Promise.all(
      modules.map(async (name) => Object.entries((await import(`#src/endpoints/${name}.js`)) as Record<string, unknown>)),
    );
    const endpoints = functions.flat().filter(([, value]) => typeof value === 'function');
    expect(endpoints.map(([name]) => name).sort()).toEqual(
      Object.values(covered)
        .map(({ endpoint }) => endpoint.name)
        .sort(),
    );
  });
});
