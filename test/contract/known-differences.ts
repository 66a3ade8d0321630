/** Where the requests differ from what a file declares, and why: each a slip of the file, or a doubt that was decided. */

import { resolved, type Declared, type Schema, type Specification } from '../support/openapi.ts';
import type { Case } from './specifications.ts';

interface Deviation {
  readonly version: string;
  readonly dialect: Declared['dialect'];
  readonly operations: readonly string[];
  readonly reason: string;
  readonly correct: (declared: Declared, definitions: Specification['definitions']) => Declared;
}

const withQuery =
  (name: string, required: boolean): Deviation['correct'] =>
  (declared) => ({ ...declared, query: [...declared.query.filter((each) => each.name !== name), { name, required }] });

const withoutInBody =
  (name: string): Deviation['correct'] =>
  (declared, definitions) => {
    const body = resolved(declared.body ?? {}, definitions);
    const properties = Object.fromEntries(Object.entries(body.properties ?? {}).filter(([field]) => field !== name));
    const required = (body.required ?? []).filter((field) => field !== name);
    return { ...declared, body: Object.keys(properties).length === 0 ? undefined : { ...body, properties, required } };
  };

const noQuery = 'the file declares no query at all, though its texts name the parameter and every other source has it';
const idTwice = 'the generator of the file repeats the identifier of the path in the body; from 7.0 on it does not';

const deviations: readonly Deviation[] = [
  {
    version: '8.0.2',
    dialect: 'api',
    operations: ['content.library.item.DownloadSession.create'],
    reason:
      'the pages of 8.0 and 9.x put the token in a header, and servers refuse query fields that they do not know: it is sent as a header',
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
    reason: idTwice,
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
    reason: idTwice,
    correct: withoutInBody('library_item_id'),
  },
];

/** Every deviation, an operation at a time. */
export const eachDeviation = deviations.flatMap(({ operations, ...deviation }) =>
  operations.map((operation) => ({ ...deviation, operation })),
);

/** What is to be sent: what the file declares, corrected. */
export const corrected = ({ declared, specification: { version, definitions } }: Case): Declared =>
  eachDeviation
    .filter((each) => each.version === version && each.dialect === declared.dialect && each.operation === declared.name)
    .reduce((already, { correct }) => correct(already, definitions), declared);

/** Fields of a body that a schema describes for several operations, and that this one, a creation, does not take. */
export const isForCreation = ({ description = '' }: Schema): boolean => !/not used for the create/.test(description);

/** Fields of a body that a creation cannot do without, though the schema, which serves other operations, too, lets them be absent. */
export const isNeededForCreation = ({ description = '' }: Schema): boolean => /must be provided for the create/.test(description);

/** Fields that an answer always has by what its text says, though the schema, which serves other operations, too, lets them be absent. */
export const isPromised = ({ description = '' }: Schema): boolean => /always be present in the results? of/.test(description);
