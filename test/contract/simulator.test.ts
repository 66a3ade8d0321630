import { describe, expect, test } from '@jest/globals';
import { createSimulator, type Inventory, type Simulator } from 'rx-content-library/simulator';
import type { Declared, Schema, Specification } from '../support/openapi.ts';
import { validators } from '../support/openapi-validator.ts';
import { corrected, isPromised } from './known-differences.ts';
import { bodyFor, pathFor, queryFor } from './inputs.ts';
import { covered, type Input } from './operations.ts';
import { cases, specifications, specificationsMissing, type Case } from './specifications.ts';

// The requests are made of what the files declare, and by nothing of the client's.

const server = 'https://vcenter.example.com';
const user = { username: 'administrator@vsphere.local', password: 'secret' };
/** May log in, and no more. */
const stranger = { username: 'stranger@vsphere.local', password: 'secret', noAccess: true };
/** May download over HTTPS, but not see the storage. */
const downloader = { username: 'downloader@vsphere.local', password: 'secret', privileges: ['ContentLibrary.DownloadSession'] };

const inventory: Inventory = {
  libraries: [
    {
      id: 'local',
      name: 'Local',
      published: true,
      items: [
        {
          id: 'item',
          name: 'debian',
          type: 'ovf',
          certificateVerification: { status: 'VERIFIED', certChain: ['-----BEGIN CERTIFICATE-----'] },
          changes: [{ version: '1' }, { version: '2', user: 'root', message: `${'long '.repeat(30)}\nand more` }],
          files: [
            { name: 'debian.ovf', content: '<Envelope/>' },
            { name: 'disk.vmdk', size: 1000 },
            { name: 'broken.nvram', content: 'nvram' },
          ],
        },
      ],
    },
    {
      id: 'subscribed',
      name: 'Subscribed',
      type: 'SUBSCRIBED',
      storage: { uri: 'nfs://nas.example.test/library' },
      items: [
        { id: 'copy', name: 'copy', cached: false, files: [{ name: 'copy.iso', content: 'iso' }] },
        { id: 'lost', name: 'lost', contentLost: true, files: [] },
      ],
    },
  ],
};

/** A simulator, a login, and an open download session of the item `item`. */
interface World {
  readonly simulator: Simulator;
  readonly session: string;
  /** Milliseconds. */
  readonly pass: (time: number) => void;
  readonly call: (operation: string, input: Input) => Promise<Response>;
}

/** What is asked for, after something else was. */
interface Scene {
  readonly input?: Input | ((world: World) => Input);
  readonly before?: (world: World) => Promise<unknown>;
  readonly as?: typeof user | 'nobody';
  readonly fault?: 'SERVICE_UNAVAILABLE' | 'ERROR';
}

const file = 'content.library.item.downloadsession.File';
const downloadSession = 'content.library.item.DownloadSession';

const ofSession = ({ session }: World): Input => ({ download_session_id: session });
const ofFile =
  (file_name: string) =>
  (world: World): Input => ({ ...ofSession(world), file_name });

const prepared =
  (name: string) =>
  async (world: World): Promise<void> => {
    await world.call(`${file}.prepare`, { ...ofSession(world), file_name: name });
    world.pass(60_000);
  };

/** Fetches the bytes, after which the server tells their checksum. */
const fetched =
  (name: string) =>
  async (world: World): Promise<void> => {
    await prepared(name)(world);
    const answer = (await (await world.call(`${file}.list`, ofSession(world))).text()).replaceAll('\\/', '/');
    const link = new RegExp(`https:[^"]*/${name}`).exec(answer)?.[0] ?? 'none';
    expect(await (await world.simulator.fetch(link)).text()).not.toBe('');
  };

const ended = (world: World): Promise<unknown> => world.call(`${downloadSession}.cancel`, ofSession(world));
const failed = (world: World): Promise<unknown> =>
  world.call(`${downloadSession}.fail`, { ...ofSession(world), client_error_message: 'The disk is full.' });

const nobody: Scene = { as: 'nobody' };
const unavailable: Scene = { fault: 'SERVICE_UNAVAILABLE' };
const noItem: Scene = { input: { library_item_id: 'none' } };
const noSession: Scene = { input: { download_session_id: 'none', file_name: 'debian.ovf', client_error_message: 'x' } };
const noChange = { library_item: 'none', version: '1' };

/** By operation: enough to see every answer that the files declare. */
const scenes: Readonly<Record<string, readonly Scene[]>> = {
  'cis.Session.create': [{}, nobody, unavailable],
  'cis.Session.get': [{}, nobody, unavailable],
  'cis.Session.delete': [{}, nobody, unavailable],
  'content.Library.list': [{}],
  'content.Library.find': [{ input: { name: 'local' } }, { input: {} }],
  'content.Library.get': [
    { input: { library_id: 'local' } },
    { input: { library_id: 'subscribed' } },
    { input: { library_id: 'none' } },
  ],
  'content.LocalLibrary.list': [{}],
  'content.SubscribedLibrary.list': [{}],
  'content.library.Item.list': [{ input: { library_id: 'local' } }, { input: { library_id: 'none' } }],
  'content.library.Item.find': [{ input: { type: 'ovf', cached: true } }, { input: {} }],
  'content.library.Item.get': [{ input: { library_item_id: 'item' } }, { input: { library_item_id: 'copy' } }, noItem],
  'content.library.item.File.list': [{ input: { library_item_id: 'item' } }, { input: { library_item_id: 'copy' } }, noItem],
  'content.library.item.File.get': [
    { input: { library_item_id: 'item', name: 'debian.ovf' } },
    { input: { library_item_id: 'item', name: 'none' } },
  ],
  'content.library.item.Storage.list': [{ input: { library_item_id: 'item' } }, { input: { library_item_id: 'copy' } }, noItem],
  'content.library.item.Storage.get': [
    { input: { library_item_id: 'item', file_name: 'disk.vmdk' } },
    { input: { library_item_id: 'item', file_name: 'none' } },
  ],
  'content.library.item.Changes.list': [
    { input: { library_item: 'item' } },
    { input: noChange },
    { input: { library_item: 'item' }, ...nobody },
    { input: { library_item: 'item' }, as: stranger },
    { input: { library_item: 'item' }, fault: 'ERROR' },
  ],
  'content.library.item.Changes.get': [
    { input: { library_item: 'item', version: '2' } },
    { input: { library_item: 'item', version: '3' } },
    { input: noChange, ...nobody },
    { input: { library_item: 'item', version: '1' }, as: stranger },
    { input: noChange, fault: 'ERROR' },
  ],
  'content.library.SubscribedItem.sync': [
    { input: { library_item_id: 'copy', force_sync_content: true } },
    { input: { library_item_id: 'lost', force_sync_content: false } },
    { input: { library_item_id: 'none', force_sync_content: false } },
  ],
  'content.library.SubscribedItem.evict': [
    { input: { library_item_id: 'copy' } },
    { input: { library_item_id: 'lost' } },
    noItem,
  ],
  [`${downloadSession}.create`]: [
    { input: { library_item_id: 'item' } },
    { input: { library_item_id: 'item', client_token: '6f1c1f5e-8f4a-4b3c-9d2e-1a2b3c4d5e6f' } },
    { input: { library_item_id: 'item', client_token: 'no UUID' } },
    noItem,
  ],
  [`${downloadSession}.list`]: [{}, { input: { library_item_id: 'item' } }, noItem],
  [`${downloadSession}.get`]: [
    { input: ofSession },
    { input: ofSession, before: ended },
    { input: ofSession, before: failed },
    noSession,
  ],
  [`${downloadSession}.keep_alive`]: [
    { input: ofSession },
    { input: (world) => ({ ...ofSession(world), progress: 50 }) },
    { input: ofSession, before: ended },
    noSession,
  ],
  [`${downloadSession}.cancel`]: [{ input: ofSession }, { input: ofSession, before: failed }, noSession],
  [`${downloadSession}.fail`]: [
    { input: (world) => ({ ...ofSession(world), client_error_message: 'x' }) },
    { input: (world) => ({ ...ofSession(world), client_error_message: 'x' }), before: ended },
    noSession,
  ],
  [`${downloadSession}.delete`]: [{ input: ofSession }, noSession],
  [`${file}.list`]: [
    { input: ofSession },
    { input: ofSession, before: prepared('disk.vmdk') },
    { input: ofSession, before: prepared('broken.nvram') },
    { input: ofSession, before: fetched('debian.ovf') },
    noSession,
  ],
  [`${file}.get`]: [
    { input: ofFile('disk.vmdk') },
    { input: ofFile('disk.vmdk'), before: prepared('disk.vmdk') },
    { input: ofFile('broken.nvram'), before: prepared('broken.nvram') },
    { input: ofFile('debian.ovf'), before: fetched('debian.ovf') },
    { input: ofFile('none') },
    noSession,
  ],
  [`${file}.prepare`]: [
    { input: ofFile('disk.vmdk') },
    { input: (world) => ({ ...ofFile('disk.vmdk')(world), endpoint_type: 'DIRECT' }) },
    { input: (world) => ({ ...ofFile('disk.vmdk')(world), endpoint_type: 'DIRECT' }), as: downloader },
    { input: ofFile('disk.vmdk'), before: prepared('disk.vmdk') },
    { input: ofFile('none') },
    noSession,
  ],
};

/** A request as a file declares it. */
const requestFor = (declared: Declared, input: Input, definitions: Specification['definitions'], secret: string): Request => {
  const path = pathFor(declared, input).map((segment) => encodeURIComponent(segment).replaceAll('%3A', ':'));
  const query = new URLSearchParams(queryFor(declared, input).map(([name, value]) => [name, value])).toString();
  const body = bodyFor(declared, input, definitions);
  const headers = new Headers(body === undefined ? {} : { 'content-type': 'application/json' });
  for (const [name, header] of Object.entries(declared.header)) if (name in input) headers.set(header, String(input[name]));
  if (declared.name === 'cis.Session.create') headers.set('authorization', secret);
  else headers.set('vmware-api-session-id', secret);
  return new Request(`${server}${path.join('/')}${query === '' ? '' : `?${query}`}`, {
    method: declared.method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
};

const basic = ({ username, password }: typeof user): string => `Basic ${btoa(`${username}:${password}`)}`;

/** What is in an answer, out of the envelope of `/rest`. */
const valueIn = async (response: Response, { dialect }: Declared): Promise<unknown> => {
  const body: unknown = await response.json();
  return dialect === 'api' ? body : Reflect.get(Object(body), 'value');
};

/** Another operation of the same file and dialect; the login has a file of its own. */
const beside = ({ declared: { dialect }, specification: { version } }: Case, name: string): Case => {
  const found = cases.find(
    ({ declared, specification }) =>
      declared.name === name && declared.dialect === dialect && (specification.version === version || name.startsWith('cis.')),
  );
  if (found === undefined) throw new Error(`No file has ${name}`);
  return found;
};

/** Plays a scene, and tells how it was answered. */
const play = async (each: Case, { input = {}, before, as = user, fault }: Scene): Promise<Response> => {
  const { name } = each.declared;
  const isLogin = name === 'cis.Session.create';
  const time = { now: Date.UTC(2026, 0, 1) };
  const simulator = createSimulator({
    inventory,
    users: [user, stranger, downloader],
    clock: { now: () => time.now },
    scenario: {
      version: each.specification.version === '6.7.0' ? '6.7' : '8.0',
      faults: fault === undefined ? [] : [{ operation: name, kind: 'refusal', errorType: fault }],
      files: { 'broken.nvram': { outcome: 'ERROR' } },
    },
  });
  const send = (asked: Case, given: Input, secret: string): Promise<Response> =>
    simulator.fetch(requestFor(corrected(asked), given, asked.specification.definitions, secret));
  if (isLogin) return send(each, {}, basic(as === 'nobody' ? { ...user, password: 'wrong' } : as));

  const who = as === 'nobody' ? user : as;
  const token = String(await valueIn(await send(beside(each, 'cis.Session.create'), {}, basic(who)), each.declared));
  const call = (operation: string, given: Input): Promise<Response> => send(beside(each, operation), given, token);
  const needsSession = name.startsWith(downloadSession) || name.startsWith(file);
  const session = needsSession
    ? String(await valueIn(await call(`${downloadSession}.create`, { library_item_id: 'item' }), each.declared))
    : '';
  const world: World = { simulator, session, pass: (milliseconds) => void (time.now += milliseconds), call };
  await before?.(world);
  return send(each, typeof input === 'function' ? input(world) : input, as === 'nobody' ? '' : token);
};

const validatorsOf = new Map(specifications.map((each) => [each, validators(each, isPromised)]));

/** What an answer has that is not declared, or lacks. */
const disagreements = ({ declared, specification }: Case, status: number, text: string): readonly string[] => {
  const schema = status === declared.success ? declared.response : declared.errors[status];
  if (schema === undefined) return text === '' ? [] : ['a body, where none is declared'];
  const body: unknown = JSON.parse(text);
  const found = validatorsOf.get(specification)?.(schema)(body) ?? ['no schema'];
  if (status === declared.success) return found;
  const type: unknown = declared.dialect === 'api' ? Reflect.get(Object(body), 'error_type') : Reflect.get(Object(body), 'type');
  return errorTypes(schema).includes(String(type)) ? found : [...found, `the type ${String(type)}`];
};

/** `VapiStdErrorsNotFound`, in `/rest` `vapi.std.errors.not_found_error`, in 6.7.0 without a name of its own: as they are called in answers. */
const errorTypes = ({ $ref = '', properties }: Schema): readonly string[] => {
  const [, name = ''] = /VapiStdErrors(\w+)/.exec($ref) ?? [];
  const [, old = ''] =
    /vapi\.std\.errors\.(\w+?)(?:_error)?$/.exec($ref === '' ? (properties?.['value']?.$ref ?? '') : $ref) ?? [];
  return [name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase(), `com.vmware.vapi.std.errors.${old}`];
};

const played = cases.filter(({ declared: { name } }) => name in covered);

// Skipped where the files are missing, for all to see.
if (specificationsMissing !== undefined)
  test.skip(`the simulator answers as VMware declares: ${specificationsMissing}`, () => undefined);
else
  describe("the simulator, against VMware's OpenAPI files:", () => {
    test.each(played)('$title is answered as declared, with success and with every error', async (each) => {
      const { declared } = each;
      const statuses: number[] = [];
      for (const scene of scenes[declared.name] ?? []) {
        const response = await play(each, scene);
        const text = await response.text();
        const { status } = response;
        statuses.push(status);
        const found = disagreements(each, status, text);
        expect({ scene, status, text, found }).toEqual({ scene, status, text, found: [] });
        expect(response.headers.get('content-type')).toBe(text === '' ? null : 'application/json');
      }
      const declaredStatuses = [declared.success, ...Object.keys(declared.errors).map(Number)];
      expect([...new Set(statuses)].sort()).toEqual(declaredStatuses.sort());
    });
  });
