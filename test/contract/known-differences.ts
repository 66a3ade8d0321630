/** Known differences between requests and their declarations, with reasons: errors in the files, or open questions that were decided. */

import { resolved, type Declared, type Schema, type Specification } from '../support/openapi.ts';
import type { Case } from './specifications.ts';

interface KnownDifference {
  readonly version: string;
  readonly dialect: Declared['dialect'];
  readonly operations: readonly string[];
  readonly reason: string;
  readonly correct: (declared: Declared, definitions: Specification['definitions']) => Declared;
}

const withQuery =
  (name: string, required: boolean): KnownDifference['correct'] =>
  (declared) => ({ ...declared, query: [...declared.query.filter((each) => each.name !== name), { name, required }] });

const withoutInBody =
  (name: string): KnownDifference['correct'] =>
  (declared, definitions) => {
    const body = resolved(declared.body ?? {}, definitions);
    const properties = Object.fromEntries(Object.entries(body.properties ?? {}).filter(([field]) => field !== name));
    const required = (body.required ?? []).filter((field) => field !== name);
    return { ...declared, body: Object.keys(properties).length === 0 ? undefined : { ...body, properties, required } };
  };

const noQuery = 'the file declares no query at all, although its descriptions name the parameter and every other source has it';
const repeatedId = 'the generator of the file repeats the path identifier in the body; since 7.0 it does not';

const differences: readonly KnownDifference[] = [
  {
    version: '8.0.2',
    dialect: 'api',
    operations: ['content.library.item.DownloadSession.create'],
    reason: 'the pages of 8.0 and 9.x put the token in a header, and servers reject unknown query fields: it is sent as a header',
    correct: (declared) => ({
      ...declared,
      query: declared.query.filter(({ name }) => name !== 'client_token'),
      header: { ...declared.header, client_token: 'client-token' },
    }),
  },
  {
    version: '6.7.0',
    dialect: 'rest',
    operations: ['content.library.Item.list'],
    reason: noQuery,
    correct: withQuery('library_id', true),
  },
  {
    version: '6.7.0',
    dialect: 'rest',
    operations: ['content.library.item.File.list', 'content.library.item.Storage.list'],
    reason: noQuery,
    correct: withQuery('library_item_id', true),
  },
  {
    version: '6.7.0',
    dialect: 'rest',
    operations: ['content.library.item.DownloadSession.list'],
    reason: noQuery,
    correct: withQuery('library_item_id', false),
  },
  {
    version: '6.7.0',
    dialect: 'rest',
    operations: ['content.library.item.downloadsession.File.list'],
    reason: noQuery,
    correct: withQuery('download_session_id', true),
  },
  {
    version: '6.7.0',
    dialect: 'rest',
    operations: [
      'content.library.item.DownloadSession.keep_alive',
      'content.library.item.DownloadSession.cancel',
      'content.library.item.DownloadSession.fail',
      'content.library.item.downloadsession.File.get',
      'content.library.item.downloadsession.File.prepare',
    ],
    reason: repeatedId,
    correct: withoutInBody('download_session_id'),
  },
  {
    version: '6.7.0',
    dialect: 'rest',
    operations: [
      'content.library.item.File.get',
      'content.library.item.Storage.get',
      'content.library.SubscribedItem.sync',
      'content.library.SubscribedItem.evict',
    ],
    reason: repeatedId,
    correct: withoutInBody('library_item_id'),
  },
];

/** Every difference, by operation. */
export const knownDifferences = differences.flatMap(({ operations, ...difference }) =>
  operations.map((operation) => ({ ...difference, operation })),
);

/** Returns the declaration of the file, corrected by the known differences. */
export const correctDeclaration = ({ declared, specification: { version, definitions } }: Case): Declared =>
  knownDifferences
    .filter((each) => each.version === version && each.dialect === declared.dialect && each.operation === declared.name)
    .reduce((current, { correct }) => correct(current, definitions), declared);

/** Returns false for body fields that are shared by several operations, but not used by create. */
export const isForCreation = ({ description = '' }: Schema): boolean => !/not used for the create/.test(description);

/** Returns true for body fields that create requires, although the shared schema has them optional. */
export const isNeededForCreation = ({ description = '' }: Schema): boolean => /must be provided for the create/.test(description);

/** Returns true for response fields that are always present by their description, although the shared schema has them optional. */
export const isAlwaysPresent = ({ description = '' }: Schema): boolean =>
  /always be present in the results? of/.test(description);
