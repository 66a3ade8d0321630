/** Sends requests to a simulator as VMware's pages print them, one dialect at a time. */

import { createSimulator, type Simulator, type SimulatorOptions } from 'rx-content-library/simulator';

export type Dialect = 'api' | 'rest';

export const dialects: readonly Dialect[] = ['api', 'rest'];

export const server = 'https://vcenter.example.test';

type Fields = Readonly<Record<string, unknown>>;

/** Method, path and body; headers where the dialect wants some. */
type Wire = readonly [method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>];

const sessions = {
  api: '/api/content/library/item/download-session',
  rest: '/rest/com/vmware/content/library/item/download-session',
};
const sessionFiles = '/rest/com/vmware/content/library/item/downloadsession/file';

/** Written out from the documents, not taken from the simulator's own table. */
const wires: Readonly<Record<string, Readonly<Record<Dialect, (fields: Fields) => Wire>>>> = {
  'cis.Session.get': {
    api: () => ['GET', '/api/session'],
    rest: () => ['POST', '/rest/com/vmware/cis/session?~action=get'],
  },
  'cis.Session.delete': {
    api: () => ['DELETE', '/api/session'],
    rest: () => ['DELETE', '/rest/com/vmware/cis/session'],
  },
  'content.Library.list': {
    api: () => ['GET', '/api/content/library'],
    rest: () => ['GET', '/rest/com/vmware/content/library'],
  },
  'content.Library.find': {
    api: (spec) => ['POST', '/api/content/library?action=find', spec],
    rest: (spec) => ['POST', '/rest/com/vmware/content/library?~action=find', { spec }],
  },
  'content.Library.get': {
    api: ({ library }) => ['GET', `/api/content/library/${library}`],
    rest: ({ library }) => ['GET', `/rest/com/vmware/content/library/id:${library}`],
  },
  'content.library.Item.list': {
    api: ({ library }) => ['GET', `/api/content/library/item?library_id=${library}`],
    rest: ({ library }) => ['GET', `/rest/com/vmware/content/library/item?library_id=${library}`],
  },
  'content.library.Item.find': {
    api: (spec) => ['POST', '/api/content/library/item?action=find', spec],
    rest: (spec) => ['POST', '/rest/com/vmware/content/library/item?~action=find', { spec }],
  },
  'content.library.Item.get': {
    api: ({ item }) => ['GET', `/api/content/library/item/${item}`],
    rest: ({ item }) => ['GET', `/rest/com/vmware/content/library/item/id:${item}`],
  },
  'content.library.item.File.list': {
    api: ({ item }) => ['GET', `/api/content/library/item/${item}/file`],
    rest: ({ item }) => ['GET', `/rest/com/vmware/content/library/item/file?library_item_id=${item}`],
  },
  'content.library.item.File.get': {
    api: ({ item, name }) => ['GET', `/api/content/library/item/${item}/file?name=${encodeURIComponent(String(name))}`],
    rest: ({ item, name }) => ['POST', `/rest/com/vmware/content/library/item/file/id:${item}?~action=get`, { name }],
  },
  'content.library.item.DownloadSession.create': {
    api: ({ item, token }) => [
      'POST',
      sessions.api,
      { library_item_id: item },
      token === undefined ? {} : { 'Client-Token': String(token) },
    ],
    rest: ({ item, token }) => ['POST', sessions.rest, { create_spec: { library_item_id: item }, client_token: token }],
  },
  'content.library.item.DownloadSession.list': {
    api: ({ item }) => ['GET', `${sessions.api}${item === undefined ? '' : `?library_item_id=${item}`}`],
    rest: ({ item }) => ['GET', `${sessions.rest}${item === undefined ? '' : `?library_item_id=${item}`}`],
  },
  'content.library.item.DownloadSession.get': {
    api: ({ session }) => ['GET', `${sessions.api}/${session}`],
    rest: ({ session }) => ['GET', `${sessions.rest}/id:${session}`],
  },
  'content.library.item.DownloadSession.keep_alive': {
    api: ({ session, ...body }) => ['POST', `${sessions.api}/${session}?action=keep-alive`, body],
    rest: ({ session, ...body }) => ['POST', `${sessions.rest}/id:${session}?~action=keep-alive`, body],
  },
  'content.library.item.DownloadSession.cancel': {
    api: ({ session }) => ['POST', `${sessions.api}/${session}?action=cancel`],
    rest: ({ session }) => ['POST', `${sessions.rest}/id:${session}?~action=cancel`],
  },
  'content.library.item.DownloadSession.fail': {
    api: ({ session, message }) => ['POST', `${sessions.api}/${session}?action=fail`, { client_error_message: message }],
    rest: ({ session, message }) => ['POST', `${sessions.rest}/id:${session}?~action=fail`, { client_error_message: message }],
  },
  'content.library.item.DownloadSession.delete': {
    api: ({ session }) => ['DELETE', `${sessions.api}/${session}`],
    rest: ({ session }) => ['DELETE', `${sessions.rest}/id:${session}`],
  },
  'content.library.item.downloadsession.File.list': {
    api: ({ session }) => ['GET', `${sessions.api}/${session}/file`],
    rest: ({ session }) => ['GET', `${sessionFiles}?download_session_id=${session}`],
  },
  'content.library.item.downloadsession.File.get': {
    api: ({ session, file }) => ['GET', `${sessions.api}/${session}/file?file_name=${encodeURIComponent(String(file))}`],
    rest: ({ session, file }) => ['POST', `${sessionFiles}/id:${session}?~action=get`, { file_name: file }],
  },
  'content.library.item.downloadsession.File.prepare': {
    api: ({ session, file, type }) => [
      'POST',
      `${sessions.api}/${session}/file?action=prepare`,
      { file_name: file, endpoint_type: type },
    ],
    rest: ({ session, file, type }) => [
      'POST',
      `${sessionFiles}/id:${session}?~action=prepare`,
      { file_name: file, endpoint_type: type },
    ],
  },
};

/** The names of all operations but the login. */
export const operations: readonly string[] = Object.keys(wires);

/** What was answered, with the envelope of `/rest` taken off good answers. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  /** `undefined` where the body is empty or no JSON. */
  readonly json: any;
}

export const answerOf = async (response: Response, dialect: Dialect): Promise<Answer> => {
  const text = await response.text();
  let json: any;
  try {
    json = JSON.parse(text);
    if (dialect === 'rest' && response.ok) json = json.value;
  } catch {
    json = undefined;
  }
  return { status: response.status, text, json };
};

export const basic = (username: string, password: string): string => `Basic ${btoa(`${username}:${password}`)}`;

export const logIn = async (
  simulator: Simulator,
  dialect: Dialect,
  username = 'administrator@vsphere.local',
  password = 'secret',
): Promise<Answer> => {
  const path = dialect === 'api' ? '/api/session' : '/rest/com/vmware/cis/session';
  const headers = { authorization: basic(username, password) };
  return answerOf(await simulator.fetch(`${server}${path}`, { method: 'POST', headers }), dialect);
};

export const callAs =
  (simulator: Simulator, dialect: Dialect, token: string | undefined) =>
  async (operation: string, fields: Fields = {}): Promise<Answer> => {
    const wire = wires[operation];
    if (wire === undefined) throw new Error(`No operation ${operation}`);
    const [method, path, body, headers = {}] = wire[dialect](fields);
    const response = await simulator.fetch(`${server}${path}`, {
      method,
      headers: { ...headers, ...(token === undefined ? {} : { 'vmware-api-session-id': token }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return answerOf(response, dialect);
  };

/** A simulator with a clock that stands still until the test moves it, and a login. */
export const start = async (dialect: Dialect, options: Omit<SimulatorOptions, 'clock'> = {}) => {
  const time = { now: Date.UTC(2024, 0, 1) };
  const simulator = createSimulator({ ...options, clock: { now: () => time.now } });
  const user = options.users?.[0];
  const { json: token } = await logIn(simulator, dialect, user?.username, user?.password);
  const call = callAs(simulator, dialect, token);
  return {
    simulator,
    call,
    token: String(token),
    /** Moves the clock on, by milliseconds. */
    pass: (ms: number) => void (time.now += ms),
  };
};

/** A simulator with one item, whose id is `item`, and an open download session. */
export const startDownload = async (
  dialect: Dialect,
  {
    files,
    ...options
  }: Omit<SimulatorOptions, 'clock' | 'inventory'> & {
    files: readonly ({ name: string; content: string } | { name: string; size: number })[];
  },
) => {
  const inventory = { libraries: [{ name: 'L', items: [{ id: 'item', name: 'I', files }] }] };
  const started = await start(dialect, { ...options, inventory });
  const { json: session } = await started.call('content.library.item.DownloadSession.create', { item: 'item' });
  const file = 'content.library.item.downloadsession.File';
  return {
    ...started,
    session: String(session),
    prepare: (name: string, fields: Fields = {}) => started.call(`${file}.prepare`, { session, file: name, ...fields }),
    get: (name: string) => started.call(`${file}.get`, { session, file: name }),
    /** Prepares a file, waits until it is ready, and answers its link. */
    linkOf: async (name: string): Promise<string> => {
      await started.call(`${file}.prepare`, { session, file: name });
      started.pass(60_000);
      const { json } = await started.call(`${file}.get`, { session, file: name });
      return json.download_endpoint.uri;
    },
  };
};
