/**
 * A vCenter to test against: govmomi's simulator, built from ../vcsim/main.go,
 * filled and looked into over its own REST API.
 *
 * Everything goes over node:http(s), the JSON too: fetch cannot be told to
 * trust a certificate for one request only.
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

/**
 * A file to put into a library item: bytes at hand, or a file on disk.
 * Of a name ending in `.ova`, vcsim keeps the `.ovf` inside and nothing else.
 */
export type VcsimFile = { readonly name: string; readonly path: string } | { readonly name: string; readonly bytes: Uint8Array };

/**
 * A running simulator. One lock guards all it serves: while one transfer is
 * under way, every other request to it waits, those of this interface too.
 */
export interface Vcsim {
  /** Scheme, host and port, without a path. */
  readonly url: string;
  /** The PEM to trust; there only with TLS. */
  readonly certificate?: string;
  /** Adds an item with its files; makes the library when none of that name exists. */
  fill(library: string, item: string, files: readonly VcsimFile[]): Promise<{ libraryId: string; itemId: string }>;
  /** The ids of the download sessions that nobody has deleted. */
  downloadSessions(): Promise<readonly string[]>;
  /** Ends the process, which removes its files; does nothing the second time. */
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
const readyWithin = 120_000;
const endWithin = 15_000;

/** Says why vcsim cannot be had on this machine; undefined when it can. */
export const vcsimMissing = program.missing;

/** Starts a vCenter simulator on 127.0.0.1; builds it first (half a minute) if needed. */
export async function startVcsim(options: { tls?: boolean } = {}): Promise<Vcsim> {
  const child = spawn(await program.build(), options.tls === true ? ['-tls'] : []);
  const closed = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
  });
  const stop = async (): Promise<void> => {
    child.stdin.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), endWithin);
    await closed;
    clearTimeout(timer);
  };
  const ready = await readyLine(child);
  // Without stop, Jest shall end all the same; that closes stdin, and vcsim ends too.
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
      // Where there is nothing to list, vcsim answers null.
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
    const fail = (why: string): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Error(`vcsim ${why}; its stderr: ${stderr === '' ? '(empty)' : stderr}`));
    };
    const timer = setTimeout(() => fail(`was not ready after ${readyWithin} ms`), readyWithin);
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
  // vcsim takes any name and password that are not empty.
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

/** Answers what vcsim wraps in `value`. */
async function send(
  { url, certificate }: Ready,
  method: string,
  path: string,
  headers: http.OutgoingHttpHeaders,
  body?: Uint8Array | Readable,
): Promise<unknown> {
  const target = new URL(path, url);
  // No agent: a connection kept alive could be closed just as it is used again.
  const options = { method, headers, agent: false } as const;
  const request =
    certificate === undefined ? http.request(target, options) : https.request(target, { ...options, ca: certificate });
  const response = await new Promise<http.IncomingMessage>((resolve, reject) => {
    request.once('response', resolve).on('error', reject);
    // Not with pipeline: it takes an answer that comes before the last write is confirmed for a failure.
    if (body === undefined || body instanceof Uint8Array) request.end(body);
    else body.once('error', (error) => request.destroy(error)).pipe(request);
  });
  const answer = await text(response);
  if (response.statusCode !== 200) {
    throw new Error(`vcsim: ${method} ${target.href} answered ${response.statusCode}: ${answer}`);
  }
  return answer === '' ? undefined : (JSON.parse(answer) as { value?: unknown }).value;
}
