/**
 * Runs vcsim, govmomi's simulated vCenter (../vcsim/main.go), and fills and inspects it over its REST API.
 *
 * Requests use node:http(s), because `fetch` has no option to trust a certificate for a single request.
 */
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { goProgram } from './go-program.ts';

/** A file of a library item: bytes in memory or a file on disk. Of an `.ova`, vcsim stores only the `.ovf` inside. */
export type VcsimFile = { readonly name: string; readonly path: string } | { readonly name: string; readonly bytes: Uint8Array };

/** A running vcsim. It has one lock: during a transfer every other request waits, including those of this interface. */
export interface Vcsim {
  /** Scheme, host and port, without a path. */
  readonly url: string;
  /** The PEM certificate to trust; set only with TLS. */
  readonly certificate?: string;
  /** Adds an item with its files; creates the library if it does not exist. */
  fill(library: string, item: string, files: readonly VcsimFile[]): Promise<{ libraryId: string; itemId: string }>;
  /** Ids of the download sessions that were not deleted. */
  downloadSessions(): Promise<readonly string[]>;
  /** Ends the process, which removes its files. Idempotent. */
  stop(): Promise<void>;
}

interface Ready {
  readonly url: string;
  readonly datastore: string;
  readonly certificate?: string;
}

/** vcsim's REST API, with a session. */
interface Api {
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
  put(url: string, length: number, body: Uint8Array | Readable): Promise<unknown>;
}

const program = goProgram('vcsim', 'vapi/simulator');
/** Milliseconds. */
const START_TIMEOUT = 120_000;
const STOP_TIMEOUT = 15_000;

/** Returns why vcsim cannot be built on this machine; `undefined` if it can. */
export const vcsimMissing = program.missing;

/** Starts vcsim on 127.0.0.1; builds it first if needed (half a minute). */
export async function startVcsim(options: { tls?: boolean } = {}): Promise<Vcsim> {
  const child = spawn(await program.build(), options.tls === true ? ['-tls'] : []);
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  const stop = async (): Promise<void> => {
    child.stdin.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT);
    await closed;
    clearTimeout(timer);
  };
  const ready = await readyLine(child);
  // Jest must be able to exit without `stop`; that closes stdin, which ends vcsim.
  child.unref();
  for (const pipe of [child.stdin, child.stdout, child.stderr]) (pipe as Socket).unref();
  const api = await logIn(ready).catch(async (error: unknown) => {
    await stop();
    throw error;
  });

  return {
    url: ready.url,
    ...(ready.certificate === undefined ? {} : { certificate: ready.certificate }),
    fill: (library, item, files) => fill(api, ready.datastore, library, item, files),
    async downloadSessions() {
      // vcsim returns null for an empty list.
      return (await api.call<string[] | null>('GET', '/library/item/download-session')) ?? [];
    },
    stop,
  };
}

function readyLine(child: ChildProcessWithoutNullStreams): Promise<Ready> {
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr = (stderr + chunk).slice(-8192);
  });
  return new Promise((resolve, reject) => {
    const fail = (reason: string): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Error(`vcsim ${reason}; stderr: ${stderr === '' ? '(empty)' : stderr}`));
    };
    const timer = setTimeout(() => fail(`was not ready after ${START_TIMEOUT} ms`), START_TIMEOUT);
    child.on('error', (error) => fail(`did not start: ${error.message}`));
    child.on('close', (code, signal) => fail(`ended: ${code ?? signal}`));
    createInterface(child.stdout).once('line', (line) => {
      clearTimeout(timer);
      resolve(JSON.parse(line) as Ready);
    });
  });
}

async function fill(
  api: Api,
  datastore: string,
  library: string,
  item: string,
  files: readonly VcsimFile[],
): Promise<{ libraryId: string; itemId: string }> {
  const found = await api.call<string[] | null>('POST', '/library?~action=find', {
    spec: { name: library },
  });
  const libraryId =
    found?.[0] ??
    (await api.call<string>('POST', '/local-library', {
      create_spec: {
        name: library,
        type: 'LOCAL',
        storage_backings: [{ type: 'DATASTORE', datastore_id: datastore }],
      },
    }));
  const itemId = await api.call<string>('POST', '/library/item', {
    create_spec: { library_id: libraryId, name: item, type: 'ovf' },
  });
  const session = await api.call<string>('POST', '/library/item/update-session', {
    create_spec: { library_item_id: itemId },
  });
  for (const file of files) {
    const added = await api.call<{ upload_endpoint: { uri: string } }>(
      'POST',
      `/library/item/updatesession/file/id:${session}?~action=add`,
      { file_spec: { name: file.name, source_type: 'PUSH' } },
    );
    const length = 'path' in file ? (await stat(file.path)).size : file.bytes.length;
    await api.put(added.upload_endpoint.uri, length, 'path' in file ? createReadStream(file.path) : file.bytes);
  }
  await api.call('POST', `/library/item/update-session/id:${session}?~action=complete`);
  return { libraryId, itemId };
}

async function logIn(ready: Ready): Promise<Api> {
  // vcsim accepts any non-empty user name and password.
  const authorization = `Basic ${btoa('user:pass')}`;
  const login = await send(ready, 'POST', '/rest/com/vmware/cis/session', { authorization });
  const headers = { 'vmware-api-session-id': login as string };
  return {
    async call<T>(method: string, path: string, body?: unknown): Promise<T> {
      const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
      const url = `/rest/com/vmware/content${path}`;
      return (await send(ready, method, url, headers, bytes)) as T;
    },
    put: (url, length, body) => send(ready, 'PUT', url, { ...headers, 'content-length': length }, body),
  };
}

/** Resolves with the `value` field of the response. */
async function send(
  { url, certificate }: Ready,
  method: string,
  path: string,
  headers: http.OutgoingHttpHeaders,
  body?: Uint8Array | Readable,
): Promise<unknown> {
  const target = new URL(path, url);
  // No agent: vcsim could close a kept-alive connection just when it is reused.
  const options = { method, headers, agent: false } as const;
  const request =
    certificate === undefined ? http.request(target, options) : https.request(target, { ...options, ca: certificate });
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).on('error', reject);
    // Not `pipeline`: it reports a response that arrives before the last write is confirmed as a failure.
    if (body === undefined || body instanceof Uint8Array) request.end(body);
    else body.once('error', (error) => request.destroy(error)).pipe(request);
  });
  const responseText = await text(response);
  if (response.statusCode !== 200) {
    throw new Error(`vcsim: ${method} ${target.href} returned ${response.statusCode}: ${responseText}`);
  }
  return responseText === '' ? undefined : (JSON.parse(responseText) as { value?: unknown }).value;
}
