/** Sends requests to a simulator, one dialect at a time. */

import { decoder, type Codec } from 'rx-content-library';
import {
  createSimulator,
  type Inventory,
  type InventoryFile,
  type Simulator,
  type SimulatorOptions,
} from 'rx-content-library/simulator';
import { requests, server, type Dialect, type Fields } from './requests.ts';

export { dialects, operations, server, type Dialect } from './requests.ts';

/** A parsed response; success responses of `/rest` without their envelope. */
export interface ParsedResponse {
  readonly status: number;
  readonly text: string;
  /** `undefined` if the body is empty or not JSON. */
  readonly json: unknown;
}

/** Returns a nested field; throws if its parent is not an object. */
export const field = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce((parent: unknown, name) => {
    if (typeof parent !== 'object' || parent === null) throw new Error(`The parent of ${name} is not an object`);
    return Reflect.get(parent, name);
  }, value);

/** Returns the value as an array; throws if it is none. */
export const asArray = (value: unknown): readonly unknown[] => {
  if (!Array.isArray(value)) throw new Error('Not an array');
  return value;
};

export const parseResponse = async (response: Response, dialect: Dialect): Promise<ParsedResponse> => {
  const text = await response.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
    if (dialect === 'rest' && response.ok) json = field(json, 'value');
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
): Promise<ParsedResponse> => {
  const path = dialect === 'api' ? '/api/session' : '/rest/com/vmware/cis/session';
  const headers = { authorization: basic(username, password) };
  return parseResponse(await simulator.fetch(`${server}${path}`, { method: 'POST', headers }), dialect);
};

export const callAs =
  (simulator: Simulator, dialect: Dialect, token: string | undefined) =>
  async (operation: string, fields: Fields = {}): Promise<ParsedResponse> => {
    const request = requests[operation];
    if (request === undefined) throw new Error(`No operation ${operation}`);
    const [method, path, body, headers = {}] = request[dialect](fields);
    const response = await simulator.fetch(`${server}${path}`, {
      method,
      headers: {
        ...headers,
        ...(token === undefined ? {} : { 'vmware-api-session-id': token }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return parseResponse(response, dialect);
  };

/** Creates a simulator with a clock that only the test advances, and logs in. */
export const start = async (dialect: Dialect, options: Omit<SimulatorOptions, 'clock'> = {}) => {
  const time = { now: Date.UTC(2024, 0, 1) };
  const simulator = createSimulator({ ...options, clock: { now: () => time.now } });
  const user = options.users?.[0];
  const { json: token } = await logIn(simulator, dialect, user?.username, user?.password);
  const call = callAs(simulator, dialect, String(token));
  return {
    simulator,
    call,
    token: String(token),
    /** Advances the clock, by milliseconds. */
    advance: (ms: number) => void (time.now += ms),
  };
};

/** Creates a simulator with one item, whose id is `item`, and a download session. */
export const startDownload = async (
  dialect: Dialect,
  {
    files,
    ...options
  }: Omit<SimulatorOptions, 'clock' | 'inventory'> & {
    files: readonly InventoryFile[];
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
    /** Prepares a file and returns its data link. */
    linkOf: async (name: string): Promise<string> => {
      await started.call(`${file}.prepare`, { session, file: name });
      started.advance(60_000);
      const { json } = await started.call(`${file}.get`, { session, file: name });
      return String(field(json, 'download_endpoint', 'uri'));
    },
  };
};

/** The inventory of the operation tests. */
export const inventory: Inventory = {
  libraries: [
    {
      id: 'lib-1',
      name: 'Templates',
      description: 'Base images',
      items: [
        {
          id: 'item-1',
          name: 'Debian',
          type: 'ovf',
          contentVersion: '7',
          files: [
            { name: 'd.ovf', content: '<Envelope/>' },
            { name: 'd 1.vmdk', size: 1000 },
          ],
        },
        { id: 'item-2', name: 'Notes', files: [] },
      ],
    },
    { id: 'lib-2', name: 'templates', type: 'SUBSCRIBED', items: [{ id: 'item-3', name: 'debian', type: 'iso', files: [] }] },
  ],
};

/** Decodes a response; throws if it does not match the contract. */
export const decodeOrThrow = <A>(codec: Codec<A>, value: unknown): A => {
  const decoded = decoder(codec)(value);
  if (decoded._tag === 'Left') throw decoded.left;
  return decoded.right;
};
