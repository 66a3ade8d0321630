import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { decoder, DownloadFileInfo, isSessionLimit, isTransient } from 'rx-content-library';
import { toApiError } from '#src/http/read-api-error.js';
import { callEndpoint } from '../contract/call-endpoint.ts';
import type { Input } from '../contract/operations.ts';

// Bodies that real servers sent, found in public issues and repositories. They are not part of this project.

const folder = join(import.meta.dirname, '../../../shared/reference/recorded');

const missing = existsSync(folder) ? undefined : 'the recorded bodies are missing (../shared/reference/recorded)';

const textOf = (file: string): string => readFileSync(join(folder, file), 'utf8');

const jsonOf = (file: string): unknown => JSON.parse(textOf(file));

/** The result of an operation whose response has a body. */
const resultOf = (dialect: 'api' | 'rest', name: string, input: Input, status: number, body: string) =>
  callEndpoint({ dialect, name }, input, () => new Response(body, { status, headers: { 'content-type': 'application/json' } }));

/** Successful responses, and their operations. */
const responses: Readonly<Record<string, readonly [dialect: 'api' | 'rest', operation: string, input: Input]>> = {
  'api-library-list.200.json': ['api', 'content.Library.list', {}],
  'api-local-library-get.200.json': ['api', 'content.Library.get', { library_id: 'l' }],
  'api-session-get.200.json': ['api', 'cis.Session.get', {}],
  'api-subscribed-library-get.200.json': ['api', 'content.Library.get', { library_id: 'l' }],
  'rest-item-get-1.200.json': ['rest', 'content.library.Item.get', { library_item_id: 'i' }],
  'rest-item-list.200.json': ['rest', 'content.library.Item.list', { library_id: 'l' }],
  'rest-library-get.200.json': ['rest', 'content.Library.get', { library_id: 'l' }],
  'rest-library-list.200.json': ['rest', 'content.Library.list', {}],
};

/** Error responses: status and error type. */
const errorResponses: Readonly<Record<string, readonly [dialect: 'api' | 'rest', status: number, error_type: string]>> = {
  'api-not-found-route.404.json': ['api', 404, 'NOT_FOUND'],
  'rest-already-exists.400.json': ['rest', 400, 'ALREADY_EXISTS'],
  'rest-not-allowed-update-session.400.partial.json': ['rest', 400, 'NOT_ALLOWED_IN_CURRENT_STATE'],
  'rest-not-found-old-shape.404.json': ['rest', 404, 'NOT_FOUND'],
  'rest-unexpected-input.400.json': ['rest', 400, 'UNEXPECTED_INPUT'],
};

/** Bodies whose envelope was reconstructed, or that have a test of their own below. */
const others = [
  'fragment-session-limit.503.json',
  'fragment-session-missing-files.json',
  'fragment-update-session-not-received.json',
  'log-download-session-expired.json',
  'rest-session-create.200.json',
  'rest-unauthenticated-6.x.401.json',
  'rest-unauthenticated-7.0.401.json',
];

/** The texts of a body's messages, in either spelling. */
const messagesIn = (body: unknown): readonly string[] =>
  [...JSON.stringify(body).matchAll(/"default_?[mM]essage":("(?:[^"\\]|\\.)*")/g)].map(([, text = '""']) =>
    String(JSON.parse(text)),
  );

// Skipped visibly if the bodies are missing.
if (missing !== undefined) test.skip(`recorded bodies are read: ${missing}`, () => undefined);
else
  describe('recorded bodies:', () => {
    test('each has a test', () => {
      const tested = [...Object.keys(responses), ...Object.keys(errorResponses), ...others].sort();
      expect(tested).toEqual(readdirSync(folder).filter((file) => file.endsWith('.json')));
    });

    test.each(Object.entries(responses))('%s decodes unchanged', async (file, [dialect, operation, input]) => {
      const { values, error } = await resultOf(dialect, operation, input, 200, textOf(file));
      expect(error).toBeUndefined();
      const body = jsonOf(file);
      expect(values).toEqual([dialect === 'rest' ? (body as { value: unknown }).value : body]);
    });

    test('rest-session-create.200.json is a login', async () => {
      const { values } = await resultOf('rest', 'cis.Session.create', {}, 200, textOf('rest-session-create.200.json'));
      expect(values).toEqual(['rest']);
    });

    test.each(Object.entries(errorResponses))('%s is an ApiError', async (file, [dialect, status, error_type]) => {
      const { values, error } = await resultOf(dialect, 'content.Library.list', {}, status, textOf(file));
      expect(values).toEqual([]);
      expect(error).toMatchObject({ _tag: 'ApiError', operation: 'content.Library.list', status, error_type });
      const texts = messagesIn(jsonOf(file));
      expect(texts).toHaveLength(1);
      expect(
        (error as { messages: readonly { default_message: string }[] }).messages.map((message) => message.default_message),
      ).toEqual(texts);
    });

    test.each(['rest-unauthenticated-6.x.401.json', 'rest-unauthenticated-7.0.401.json'])(
      '%s is an AuthenticationError, after one more login, without the challenge',
      async (file) => {
        const { error, caught } = await resultOf('rest', 'content.Library.list', {}, 401, textOf(file));
        // The replaced API session is deleted in between.
        expect(caught.map(({ method, url }) => `${method} ${url.pathname}`)).toEqual([
          'GET /rest/com/vmware/content/library',
          'DELETE /rest/com/vmware/cis/session',
          'GET /rest/com/vmware/content/library',
        ]);
        expect(error).toMatchObject({ _tag: 'AuthenticationError', messages: [{ default_message: 'Authentication required.' }] });
        expect(`${JSON.stringify(error)}${String(error)}`).not.toMatch(/realm|sts/);
      },
    );

    test('fragment-session-limit.503.json is the session limit, which is not transient', async () => {
      const { error, caught } = await resultOf('api', 'cis.Session.create', {}, 503, textOf('fragment-session-limit.503.json'));
      expect(error).toMatchObject({ _tag: 'ApiError', status: 503, error_type: 'SERVICE_UNAVAILABLE' });
      expect([isSessionLimit(error), isTransient(error)]).toEqual([true, false]);
      expect(caught).toHaveLength(1);
    });

    test.each(['fragment-session-missing-files.json', 'fragment-update-session-not-received.json'])(
      '%s keeps its arguments, also empty ones',
      (file) => {
        const body = jsonOf(file) as { messages: readonly unknown[] };
        // The error type was printed outside the JSON.
        const error = toApiError('content.library.item.UpdateSession.complete', 400, {
          ...body,
          error_type: 'NOT_ALLOWED_IN_CURRENT_STATE',
        });
        expect(error).toMatchObject({ error_type: 'NOT_ALLOWED_IN_CURRENT_STATE', messages: body.messages });
        expect(isTransient(error)).toBe(false);
      },
    );

    test('log-download-session-expired.json: its files decode, and its end is a 404 that is not transient', () => {
      const { files } = jsonOf('log-download-session-expired.json') as {
        files: readonly { name: string; status: string; uri: string; result: string }[];
      };
      expect(files).toHaveLength(3);
      for (const { name, status, uri, result } of files) {
        const info = { name, status, bytes_transferred: 0, download_endpoint: { uri } };
        expect(decoder(DownloadFileInfo)(info)).toEqual({ _tag: 'Right', right: info });
        if (!/^\d{3} /.test(result)) continue;
        const error = toApiError('data', Number(result.slice(0, 3)), undefined);
        expect(error).toMatchObject({ status: 404, error_type: 'NOT_FOUND', messages: [] });
        expect(isTransient(error)).toBe(false);
      }
    });
  });
