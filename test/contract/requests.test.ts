import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Declared } from '../support/openapi.ts';
import { corrected, eachDeviation } from './known-differences.ts';
import { answerOf, apiSession, exchange, server } from './exchange.ts';
import { bodyFor, inputsOf, pathFor, queryFor } from './inputs.ts';
import { covered, exclusionOf, leftOut, type Input } from './operations.ts';
import { cases, specificationsMissing } from './specifications.ts';

const seed = 20_260_801;

/** What the client made up, which has to be a UUID. */
const madeUp = (declared: Declared, headers: Headers, body: unknown): Input =>
  Object.fromEntries(
    (covered[declared.name]?.makes ?? []).map((name) => {
      const header = declared.header[name];
      const value: unknown = header === undefined ? Reflect.get(Object(body), name) : headers.get(header);
      expect(value).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      return [name, value];
    }),
  );

// Skipped where the files are missing, for all to see.
if (specificationsMissing !== undefined)
  test.skip(`requests are what VMware declares: ${specificationsMissing}`, () => undefined);
else
  describe("requests, against VMware's OpenAPI files:", () => {
    test('every operation of the files is asked for, or left out with a reason', () => {
      const forgotten = cases
        .filter(({ declared: { name } }) => !(name in covered) && exclusionOf(name) === undefined)
        .map(({ title }) => title);
      expect(forgotten).toEqual([]);
    });

    test('nothing is left out that is not in the files or is asked for all the same, nor asked for that is in none', () => {
      const names = [...new Set(cases.map(({ declared: { name } }) => name))];
      const used = new Set(names.filter((name) => !(name in covered)).map(exclusionOf));
      expect(Object.keys(leftOut).filter((entry) => !used.has(entry))).toEqual([]);
      expect(Object.keys(covered).filter((name) => !names.includes(name))).toEqual([]);
    });

    test.each(eachDeviation)(
      '$version, /$dialect, $operation deviates still: $reason',
      ({ version, dialect, operation, correct }) => {
        const found = cases.find(
          ({ declared, specification }) =>
            specification.version === version && declared.dialect === dialect && declared.name === operation,
        );
        if (found === undefined) throw new Error('The file has no such operation');
        expect(correct(found.declared, found.specification.definitions)).not.toEqual(found.declared);
      },
    );

    test.each(cases.filter(({ declared: { name } }) => name in covered))('$title sends what is declared', async (each) => {
      const declared = corrected(each);
      const { definitions } = each.specification;
      await fc.assert(
        fc.asyncProperty(inputsOf(declared, definitions), async (given) => {
          const { caught } = await exchange(declared, given, () => answerOf(declared, undefined));
          expect(caught).toHaveLength(1);
          const [request] = caught;
          if (request === undefined) throw new Error('Nothing was sent');
          const { method, url, headers } = request;
          const body: unknown = request.body === '' ? undefined : JSON.parse(request.body);
          const input = { ...madeUp(declared, headers, body), ...given };
          expect(method).toBe(declared.method);
          expect(url.origin).toBe(server);
          expect(url.pathname.split('/').map(decodeURIComponent)).toEqual(pathFor(declared, input));
          expect([...url.searchParams].sort(([one], [other]) => (one < other ? -1 : 1))).toEqual(queryFor(declared, input));
          expect(body).toEqual(bodyFor(declared, input, definitions));
          for (const [name, header] of Object.entries(declared.header))
            expect(headers.get(header)).toBe(Reflect.get(input, name));
          expect(headers.get('accept')).toBe('application/json');
          expect(headers.get('content-type')).toBe(body === undefined ? null : 'application/json');
          expect(headers.get('vmware-api-session-id')).toBe(declared.name === 'cis.Session.create' ? null : apiSession);
        }),
        { seed, numRuns: 15 },
      );
    });
  });
