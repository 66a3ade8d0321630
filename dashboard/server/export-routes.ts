/** `/exports`: exports into the directory of the server, per user. */

import { Hono } from 'hono';
import { isContentLibraryError, type VCenter } from 'rx-content-library';
import { createExportList, type Exports } from '../shared/export-list.ts';
import { createEventStream, type EventStream } from './event-stream.ts';
import { exportDirectory } from './export-directory.ts';
import { readJsonObject } from './read-body.ts';
import { refusal } from './refusal.ts';
import type { User } from './users.ts';

/** Bytes. */
const MAX_BODY = 256 * 1024;

/** The exports of all users. */
export interface ExportsOfUsers {
  readonly of: (user: User) => { readonly exports: Exports; readonly events: EventStream };
  /** Resolves when no export of the user is waiting or running. */
  readonly idle: (user: User) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Creates the exports of each user with the first request for them. */
export const createExportsOfUsers = (directory: string): ExportsOfUsers => {
  const all = new Map<VCenter, ReturnType<ExportsOfUsers['of']>>();
  return {
    of: ({ connection }) => {
      const known = all.get(connection);
      if (known !== undefined) return known;
      const exports = createExportList(connection, exportDirectory(directory));
      const created = { exports, events: createEventStream(exports.state$) };
      all.set(connection, created);
      return created;
    },
    idle: async ({ connection }) => all.get(connection)?.exports.idle(),
    close: async () => {
      await Promise.all([...all.values()].map(({ exports }) => exports.close()));
    },
  };
};

/** Creates the routes; `userOf` returns the user of a request. */
export const createExportRoutes = (exportsOfUsers: ExportsOfUsers, userOf: (request: Request) => User | undefined): Hono => {
  const app = new Hono();
  const unauthenticated = (): Response => refusal(401, 'Log in first.');
  app.get('/exports/events', ({ req }) => {
    const user = userOf(req.raw);
    return user === undefined ? unauthenticated() : exportsOfUsers.of(user).events(req.raw.signal);
  });
  app.post('/exports', async ({ req }) => {
    const user = userOf(req.raw);
    if (user === undefined) return unauthenticated();
    const { itemId, files } = (await readJsonObject(req.raw, MAX_BODY)) ?? {};
    if (typeof itemId !== 'string' || !isIdentifier(itemId) || !(files === undefined || isNames(files)))
      return refusal(400, 'Expected JSON with an itemId and, for some of its files only, their names in files.');
    try {
      return Response.json({ id: await exportsOfUsers.of(user).exports.add(itemId, files) }, { status: 201 });
    } catch (thrown) {
      if (!isContentLibraryError(thrown)) throw thrown;
      return Response.json({ message: thrown.message, error: thrown }, { status: statusOf(thrown) });
    }
  });
  const act = (request: Request, id: string, action: 'cancel' | 'retry' | 'pause' | 'resume' | 'remove'): Response => {
    const user = userOf(request);
    if (user === undefined) return unauthenticated();
    if (exportsOfUsers.of(user).exports[action](id)) return new Response(null, { status: 204 });
    return refusal(409, `This export cannot be changed by ${action} now, or does not exist.`);
  };
  for (const action of ['cancel', 'retry', 'pause', 'resume'] as const)
    app.post(`/exports/:id/${action}`, ({ req }) => act(req.raw, req.param('id'), action));
  app.delete('/exports/:id', ({ req }) => act(req.raw, req.param('id'), 'remove'));
  return app;
};

/** The library refuses other identifiers with a `TypeError`. */
const isIdentifier = (text: string): boolean => /^[\w:.-]{1,200}$/.test(text);

const isNames = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.length > 0 && value.every((name) => typeof name === 'string');

const statusOf = (error: { readonly _tag: string; readonly status?: number }): number => {
  if (error._tag === 'AuthenticationError') return 401;
  return error._tag === 'ApiError' && [403, 404].includes(error.status ?? 0) ? (error.status ?? 502) : 502;
};
