import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Declared } from '../support/openapi.ts';
import { apiSession, callEndpoint, responseTo, server } from './call-endpoint.ts';
import { bodyFor, inputsOf, pathFor, queryFor } from './inputs.ts';
import { correctDeclaration, knownDifferences } from './known-differences.ts';
import { endpoints, excluded, exclusionOf, type Input } from './operations.ts';
import { cases, specificationsMissing } from './specifications.ts';

const seed = 20_260_801;

/** Returns the parameters that the client generated, each a UUID. */
const generatedInput = (declared: Declared, headers: Headers, body: unknown): Input =>
  Object.fromEntries(
    (endpoints[declared.name]?.generates ?? []).map((name) => {
      const header = declared.header[name];
      const value: unknown = header === undefined ? Reflect.get(Object(body), name) : headers.get(header);
      expect(value).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      return [name, value];
    }),
  );

// A skipped test reports that the files are missing.
if (specificationsMissing !== undefined)
  test.skip(`requests match what VMware declares: ${specificationsMissing}`, () => undefined);
else
  describe("requests, against VMware's OpenAPI files:", () => {
    test('every operation of the files has an endpoint, or is excluded with a reason', () => {
      const missing = cases
        .filter(({ declared: { name } }) => !(name in endpoints) && exclusionOf(name) === undefined)
        .map(({ title }) => title);
      expect(missing).toEqual([]);
    });

    test('every exclusion and every endpoint is for an operation of the files, and none is in both', () => {
      const names = [...new Set(cases.map(({ declared: { name } }) => name))];
      const used = new Set(names.filter((name) => !(name in endpoints)).map(exclusionOf));
      expect(Object.keys(excluded).filter((entry) => !used.has(entry))).toEqual([]);
      expect(Object.keys(endpoints).filter((name) => !names.includes(name))).toEqual([]);
    });

    test.each(knownDifferences)(
      '$version, /$dialect, $operation still differs: $reason',
      ({ version, dialect, operation, correct }) => {
        const found = cases.find(
          ({ declared, specification }) =>
            specification.version === version && declared.dialect === dialect && declared.name === operation,
        );
        if (found === undefined) throw new Error('The file has no such operation');
        expect(correct(found.declared, found.specification.definitions)).not.toEqual(found.declared);
      },
    );

    test.each(cases.filter(({ declared: { name } }) => name in endpoints))('$title sends what is declared', async (each) => {
      const declared = correctDeclaration(each);
      const { definitions } = each.specification;
      await fc.assert(
        fc.asyncProperty(inputsOf(declared, definitions), async (values) => {
          // A creation whose response cannot be decoded is undone, with further requests.
          const isCreation = declared.name.endsWith('DownloadSession.create');
          const id = declared.dialect === 'api' ? 'session-1' : { value: 'session-1' };
          const response = isCreation ? JSON.stringify(id) : undefined;
          const { caught } = await callEndpoint(declared, values, () => responseTo(declared, response));
          expect(caught).toHaveLength(1);
          const [request] = caught;
          if (request === undefined) throw new Error('No request was sent');
          const { method, url, headers } = request;
          const body: unknown = request.body === '' ? undefined : JSON.parse(request.body);
          const input = { ...generatedInput(declared, headers, body), ...values };
          expect(method).toBe(declared.method);
          expect(url.origin).toBe(server);
          expect(url.pathname.split('/').map(decodeURIComponent)).toEqual(pathFor(declared, input));
          expect([...url.searchParams].sort(([a], [b]) => (a < b ? -1 : 1))).toEqual(queryFor(declared, input));
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
