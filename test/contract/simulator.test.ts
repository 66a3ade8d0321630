import { describe, expect, test } from '@jest/globals';
import { createSimulator, type Inventory, type Simulator } from 'rx-content-library/simulator';
import { validators } from '../support/openapi-validator.ts';
import type { Declared, Schema, Specification } from '../support/openapi.ts';
import { bodyFor, pathFor, queryFor } from './inputs.ts';
import { correctDeclaration, isAlwaysPresent } from './known-differences.ts';
import { endpoints, type Input } from './operations.ts';
import { cases, specifications, specificationsMissing, type Case } from './specifications.ts';

// The requests are built from the declarations, independently of the client.

const server = 'https://vcenter.example.com';
const user = { username: 'administrator@vsphere.local', password: 'secret' };
/** Can only log in. */
const noAccessUser = { username: 'no-access@vsphere.local', password: 'secret', noAccess: true };
/** Can download over HTTPS, but not read the storage. */
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

/** A simulator with an API session and a download session of the item `item`. */
interface Setup {
  readonly simulator: Simulator;
  readonly session: string;
  /** Milliseconds. */
  readonly advance: (time: number) => void;
  readonly call: (operation: string, input: Input) => Promise<Response>;
}

/** A request, and what happens before it. */
interface TestRequest {
  readonly input?: Input | ((setup: Setup) => Input);
  readonly before?: (setup: Setup) => Promise<unknown>;
  readonly as?: typeof user | 'unauthenticated';
  readonly fault?: 'SERVICE_UNAVAILABLE' | 'ERROR';
}

const file = 'content.library.item.downloadsession.File';
const downloadSession = 'content.library.item.DownloadSession';

const ofSession = ({ session }: Setup): Input => ({ download_session_id: session });
const ofFile =
  (file_name: string) =>
  (setup: Setup): Input => ({ ...ofSession(setup), file_name });

const prepareFile =
  (name: string) =>
  async (setup: Setup): Promise<void> => {
    await setup.call(`${file}.prepare`, { ...ofSession(setup), file_name: name });
    setup.advance(60_000);
  };

/** Downloads a file, after which the server returns its checksum. */
const fetchFile =
  (name: string) =>
  async (setup: Setup): Promise<void> => {
    await prepareFile(name)(setup);
    const listed = (await (await setup.call(`${file}.list`, ofSession(setup))).text()).replaceAll('\\/', '/');
    const link = new RegExp(`https:[^"]*/${name}`).exec(listed)?.[0] ?? 'none';
    expect(await (await setup.simulator.fetch(link)).text()).not.toBe('');
  };

const cancelSession = (setup: Setup): Promise<unknown> => setup.call(`${downloadSession}.cancel`, ofSession(setup));
const failSession = (setup: Setup): Promise<unknown> =>
  setup.call(`${downloadSession}.fail`, { ...ofSession(setup), client_error_message: 'The disk is full.' });

const unauthenticated: TestRequest = { as: 'unauthenticated' };
const unavailable: TestRequest = { fault: 'SERVICE_UNAVAILABLE' };
const noItem: TestRequest = { input: { library_item_id: 'none' } };
const noSession: TestRequest = { input: { download_session_id: 'none', file_name: 'debian.ovf', client_error_message: 'x' } };
const noChange = { library_item: 'none', version: '1' };

/** Requests by operation that cover every declared response. */
const testRequests: Readonly<Record<string, readonly TestRequest[]>> = {
  'cis.Session.create': [{}, unauthenticated, unavailable],
  'cis.Session.get': [{}, unauthenticated, unavailable],
  'cis.Session.delete': [{}, unauthenticated, unavailable],
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
    { input: { library_item: 'item' }, ...unauthenticated },
    { input: { library_item: 'item' }, as: noAccessUser },
    { input: { library_item: 'item' }, fault: 'ERROR' },
  ],
  'content.library.item.Changes.get': [
    { input: { library_item: 'item', version: '2' } },
    { input: { library_item: 'item', version: '3' } },
    { input: noChange, ...unauthenticated },
    { input: { library_item: 'item', version: '1' }, as: noAccessUser },
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
    { input: ofSession, before: cancelSession },
    { input: ofSession, before: failSession },
    noSession,
  ],
  [`${downloadSession}.keep_alive`]: [
    { input: ofSession },
    { input: (setup) => ({ ...ofSession(setup), progress: 50 }) },
    { input: ofSession, before: cancelSession },
    noSession,
  ],
  [`${downloadSession}.cancel`]: [{ input: ofSession }, { input: ofSession, before: failSession }, noSession],
  [`${downloadSession}.fail`]: [
    { input: (setup) => ({ ...ofSession(setup), client_error_message: 'x' }) },
    { input: (setup) => ({ ...ofSession(setup), client_error_message: 'x' }), before: cancelSession },
    noSession,
  ],
  [`${downloadSession}.delete`]: [{ input: ofSession }, noSession],
  [`${file}.list`]: [
    { input: ofSession },
    { input: ofSession, before: prepareFile('disk.vmdk') },
    { input: ofSession, before: prepareFile('broken.nvram') },
    { input: ofSession, before: fetchFile('debian.ovf') },
    noSession,
  ],
  [`${file}.get`]: [
    { input: ofFile('disk.vmdk') },
    { input: ofFile('disk.vmdk'), before: prepareFile('disk.vmdk') },
    { input: ofFile('broken.nvram'), before: prepareFile('broken.nvram') },
    { input: ofFile('debian.ovf'), before: fetchFile('debian.ovf') },
    { input: ofFile('none') },
    noSession,
  ],
  [`${file}.prepare`]: [
    { input: ofFile('disk.vmdk') },
    { input: (setup) => ({ ...ofFile('disk.vmdk')(setup), endpoint_type: 'DIRECT' }) },
    { input: (setup) => ({ ...ofFile('disk.vmdk')(setup), endpoint_type: 'DIRECT' }), as: downloader },
    { input: ofFile('disk.vmdk'), before: prepareFile('disk.vmdk') },
    { input: ofFile('none') },
    noSession,
  ],
};

/** Returns the request as the file declares it. */
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

/** Returns the body of a response, without the envelope of `/rest`. */
const valueIn = async (response: Response, { dialect }: Declared): Promise<unknown> => {
  const body: unknown = await response.json();
  return dialect === 'api' ? body : Reflect.get(Object(body), 'value');
};

/** Returns another operation of the same file and dialect; the login is in a separate file. */
const siblingCase = ({ declared: { dialect }, specification: { version } }: Case, name: string): Case => {
  const found = cases.find(
    ({ declared, specification }) =>
      declared.name === name && declared.dialect === dialect && (specification.version === version || name.startsWith('cis.')),
  );
  if (found === undefined) throw new Error(`No file has ${name}`);
  return found;
};

/** Sends a request to a new simulator and returns the response. */
const sendTestRequest = async (each: Case, { input = {}, before, as = user, fault }: TestRequest): Promise<Response> => {
  const { name } = each.declared;
  const isLogin = name === 'cis.Session.create';
  const time = { now: Date.UTC(2026, 0, 1) };
  const simulator = createSimulator({
    inventory,
    users: [user, noAccessUser, downloader],
    clock: { now: () => time.now },
    scenario: {
      version: each.specification.version === '6.7.0' ? '6.7' : '8.0',
      faults: fault === undefined ? [] : [{ operation: name, kind: 'refusal', errorType: fault }],
      files: { 'broken.nvram': { outcome: 'ERROR' } },
    },
  });
  const send = (target: Case, values: Input, secret: string): Promise<Response> =>
    simulator.fetch(requestFor(correctDeclaration(target), values, target.specification.definitions, secret));
  if (isLogin) return send(each, {}, basic(as === 'unauthenticated' ? { ...user, password: 'wrong' } : as));

  const loginUser = as === 'unauthenticated' ? user : as;
  const token = String(await valueIn(await send(siblingCase(each, 'cis.Session.create'), {}, basic(loginUser)), each.declared));
  const call = (operation: string, values: Input): Promise<Response> => send(siblingCase(each, operation), values, token);
  const needsSession = name.startsWith(downloadSession) || name.startsWith(file);
  const session = needsSession
    ? String(await valueIn(await call(`${downloadSession}.create`, { library_item_id: 'item' }), each.declared))
    : '';
  const setup: Setup = { simulator, session, advance: (milliseconds) => void (time.now += milliseconds), call };
  await before?.(setup);
  return send(each, typeof input === 'function' ? input(setup) : input, as === 'unauthenticated' ? '' : token);
};

const validatorsOf = new Map(specifications.map((each) => [each, validators(each, isAlwaysPresent)]));

/** Returns what a response has that is not declared, and what it lacks. */
const violations = ({ declared, specification }: Case, status: number, text: string): readonly string[] => {
  const schema = status === declared.success ? declared.response : declared.errors[status];
  if (schema === undefined) return text === '' ? [] : ['a body, where none is declared'];
  const body: unknown = JSON.parse(text);
  const found = validatorsOf.get(specification)?.(schema)(body) ?? ['no schema'];
  if (status === declared.success) return found;
  const type: unknown = declared.dialect === 'api' ? Reflect.get(Object(body), 'error_type') : Reflect.get(Object(body), 'type');
  return errorTypes(schema).includes(String(type)) ? found : [...found, `the type ${String(type)}`];
};

/** Maps `VapiStdErrorsNotFound`, `vapi.std.errors.not_found_error` in `/rest`, and unnamed types in 6.7.0 to the types in responses. */
const errorTypes = ({ $ref = '', properties }: Schema): readonly string[] => {
  const [, name = ''] = /VapiStdErrors(\w+)/.exec($ref) ?? [];
  const [, old = ''] =
    /vapi\.std\.errors\.(\w+?)(?:_error)?$/.exec($ref === '' ? (properties?.['value']?.$ref ?? '') : $ref) ?? [];
  return [name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase(), `com.vmware.vapi.std.errors.${old}`];
};

const supported = cases.filter(({ declared: { name } }) => name in endpoints);

// A skipped test reports that the files are missing.
if (specificationsMissing !== undefined)
  test.skip(`the simulator responds as VMware declares: ${specificationsMissing}`, () => undefined);
else
  describe("the simulator, against VMware's OpenAPI files:", () => {
    test.each(supported)('$title has the declared success and error responses', async (each) => {
      const { declared } = each;
      const statuses: number[] = [];
      for (const testRequest of testRequests[declared.name] ?? []) {
        const response = await sendTestRequest(each, testRequest);
        const text = await response.text();
        const { status } = response;
        statuses.push(status);
        const found = violations(each, status, text);
        expect({ testRequest, status, text, found }).toEqual({ testRequest, status, text, found: [] });
        expect(response.headers.get('content-type')).toBe(text === '' ? null : 'application/json');
      }
      const declaredStatuses = [declared.success, ...Object.keys(declared.errors).map(Number)];
      expect([...new Set(statuses)].sort()).toEqual(declaredStatuses.sort());
    });
  });
