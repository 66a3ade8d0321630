/** A store with the protocol of S3, in memory, whose requests can be made to fail. Signatures are not checked. */

import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What happens to requests instead of, or in addition to, what they request. */
export interface MemoryS3Fault {
  readonly operation: string;
  /** Beginning or end of the key. @default every key */
  readonly key?: RegExp;
  /** How many requests. @default every one */
  times?: number;
  /** The response, of this status and code. */
  readonly status?: number;
  readonly code?: string;
  /** Additional text of the response. */
  readonly text?: string;
  /** The request waits for this before anything else happens. */
  readonly until?: Promise<unknown>;
  /** The connection is closed; `after`: once the request was executed, so that its response is lost. */
  readonly close?: 'before' | 'after';
}

interface MemoryObject {
  readonly body: Buffer;
  readonly etag: string;
}

interface MemoryUpload {
  readonly key: string;
  readonly parts: Map<number, Buffer>;
  begunAt: Date;
}

export interface MemoryS3 {
  readonly url: string;
  readonly objects: Map<string, MemoryObject>;
  readonly uploads: Map<string, MemoryUpload>;
  /** `OPERATION KEY`, or `OPERATION PREFIX`, of each request. */
  readonly log: string[];
  readonly faults: MemoryS3Fault[];
  /** Bytes of the bodies of objects and parts that were received. */
  readonly bytesReceived: number;
  close(): Promise<void>;
}

/** Starts a store with one bucket. */
export const startMemoryS3 = async ({
  bucket = 'images',
  hasConditions = true,
}: { readonly bucket?: string; readonly hasConditions?: boolean } = {}): Promise<MemoryS3> => {
  const objects = new Map<string, MemoryObject>();
  const uploads = new Map<string, MemoryUpload>();
  const log: string[] = [];
  const faults: MemoryS3Fault[] = [];
  let bytesReceived = 0;

  const execute = (request: StoreRequest): StoreResponse => {
    const { operation, key, query, headers, body } = request;
    const object = objects.get(key);
    const refused = refusal(request, object, hasConditions);
    if (refused !== undefined) return refused;
    const upload = uploads.get(query.get('uploadId') ?? '');
    switch (operation) {
      case 'ListObjectsV2':
        return xml(listing(objects, query));
      case 'ListMultipartUploads':
        return xml(uploadListing(uploads, query.get('prefix') ?? ''));
      case 'GetObject':
      case 'HeadObject':
        if (object === undefined) return failure(404, 'NoSuchKey');
        return { status: 200, headers: { etag: object.etag, 'content-length': object.body.byteLength }, body: object.body };
      case 'PutObject': {
        bytesReceived += body.byteLength;
        const etag = `"${md5(body)}"`;
        objects.set(key, { body, etag });
        return { status: 200, headers: { etag } };
      }
      case 'DeleteObject':
        objects.delete(key);
        return { status: 204 };
      case 'CreateMultipartUpload': {
        const id = randomUUID();
        uploads.set(id, { key, parts: new Map(), begunAt: new Date() });
        return xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
      }
      case 'UploadPart':
        if (upload === undefined) return failure(404, 'NoSuchUpload');
        bytesReceived += body.byteLength;
        upload.parts.set(Number(query.get('partNumber')), body);
        return { status: 200, headers: { etag: `"${md5(body)}"` } };
      case 'CompleteMultipartUpload': {
        if (upload === undefined) return failure(404, 'NoSuchUpload');
        const numbers = [...body.toString().matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)].map(([, number]) => Number(number));
        const parts = numbers.map((number) => upload.parts.get(number) ?? Buffer.alloc(0));
        const digests = parts.map((part) => md5(part)).join('');
        const etag = `"${md5(Buffer.from(digests, 'hex'))}-${parts.length}"`;
        objects.set(key, { body: Buffer.concat(parts), etag });
        uploads.delete(query.get('uploadId') ?? '');
        return xml(`<CompleteMultipartUploadResult><ETag>${etag}</ETag></CompleteMultipartUploadResult>`);
      }
      case 'AbortMultipartUpload':
        if (upload === undefined) return failure(404, 'NoSuchUpload');
        uploads.delete(query.get('uploadId') ?? '');
        return { status: 204 };
      default:
        return failure(501, `NotImplemented`, `${operation} ${JSON.stringify(headers)}`);
    }
  };

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await readRequest(incoming);
    log.push(`${request.operation} ${request.key || (request.query.get('prefix') ?? '')}`);
    const fault = takeFault(faults, request);
    await fault?.until;
    if (fault?.close === 'before') return void incoming.socket.destroy();
    if (request.bucket !== bucket) return send(response, incoming.method, failure(404, 'NoSuchBucket'));
    if (fault?.status !== undefined)
      return send(response, incoming.method, failure(fault.status, fault.code ?? 'InternalError', fault.text));
    const result = execute(request);
    if (fault?.close === 'after') return void incoming.socket.destroy();
    send(response, incoming.method, result);
  };
  const server = createServer((incoming, response) => {
    // A client that aborts a request is part of the tests.
    handle(incoming, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    uploads,
    log,
    faults,
    get bytesReceived() {
      return bytesReceived;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

interface StoreRequest {
  readonly operation: string;
  readonly bucket: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

interface StoreResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: Buffer | string;
}

const readRequest = async (incoming: IncomingMessage): Promise<StoreRequest> => {
  const url = new URL(incoming.url ?? '/', 'http://localhost');
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(decodeURIComponent(url.pathname)) ?? [];
  const body = await buffer(incoming);
  const { searchParams: query } = url;
  return { operation: operationOf(incoming.method ?? '', key, query), bucket, key, query, headers: incoming.headers, body };
};

const operationOf = (method: string, key: string, query: URLSearchParams): string => {
  if (query.has('uploads')) return method === 'GET' ? 'ListMultipartUploads' : 'CreateMultipartUpload';
  if (query.has('uploadId'))
    return { PUT: 'UploadPart', POST: 'CompleteMultipartUpload', DELETE: 'AbortMultipartUpload' }[method] ?? method;
  if (key === '') return 'ListObjectsV2';
  return { GET: 'GetObject', HEAD: 'HeadObject', PUT: 'PutObject', DELETE: 'DeleteObject' }[method] ?? method;
};

const takeFault = (faults: MemoryS3Fault[], { operation, key }: StoreRequest): MemoryS3Fault | undefined => {
  const fault = faults.find(
    (each) => each.operation === operation && (each.key?.test(key) ?? true) && (each.times === undefined || each.times > 0),
  );
  if (fault?.times !== undefined) fault.times -= 1;
  return fault;
};

/** Returns the response to a request whose condition is not met. */
const refusal = (
  { operation, headers }: StoreRequest,
  object: MemoryObject | undefined,
  hasConditions: boolean,
): StoreResponse | undefined => {
  if (operation !== 'PutObject' && operation !== 'CompleteMultipartUpload') return undefined;
  const ifNoneMatch = headers['if-none-match'];
  const ifMatch = headers['if-match'];
  if (ifNoneMatch === undefined && ifMatch === undefined) return undefined;
  // Swift refuses both, and with different codes.
  if (!hasConditions) return operation === 'PutObject' ? failure(501, 'NotImplemented') : failure(412, 'InvalidRequest');
  const isMet = ifNoneMatch === '*' ? object === undefined : object?.etag === ifMatch;
  return isMet ? undefined : failure(412, 'PreconditionFailed');
};

const listing = (objects: ReadonlyMap<string, MemoryObject>, query: URLSearchParams): string => {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter');
  const contents: string[] = [];
  const folders = new Set<string>();
  for (const [key, { body, etag }] of [...objects].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
    if (!key.startsWith(prefix)) continue;
    const end = delimiter === null ? -1 : key.indexOf(delimiter, prefix.length);
    if (end >= 0) folders.add(key.slice(0, end + 1));
    else contents.push(`<Contents><Key>${escape(key)}</Key><ETag>${etag}</ETag><Size>${body.byteLength}</Size></Contents>`);
  }
  const prefixes = [...folders].map((folder) => `<CommonPrefixes><Prefix>${escape(folder)}</Prefix></CommonPrefixes>`);
  // Pages of two, so that every listing has several.
  const all = [...contents, ...prefixes];
  const from = Number(query.get('continuation-token') ?? 0);
  const isTruncated = all.length > from + 2;
  const next = isTruncated ? `<NextContinuationToken>${from + 2}</NextContinuationToken>` : '';
  return `<ListBucketResult><IsTruncated>${String(isTruncated)}</IsTruncated>${next}${all.slice(from, from + 2).join('')}</ListBucketResult>`;
};

const uploadListing = (uploads: ReadonlyMap<string, MemoryUpload>, prefix: string): string => {
  const found = [...uploads]
    .filter(([, { key }]) => key.startsWith(prefix))
    .map(
      ([id, { key, begunAt }]) =>
        `<Upload><Key>${escape(key)}</Key><UploadId>${id}</UploadId><Initiated>${begunAt.toISOString()}</Initiated></Upload>`,
    );
  return `<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>${found.join('')}</ListMultipartUploadsResult>`;
};

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const xml = (body: string): StoreResponse => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>${body}`,
});

const failure = (status: number, code: string, text = ''): StoreResponse => ({
  ...xml(`<Error><Code>${code}</Code><Message>${code} of the store</Message>${text}</Error>`),
  status,
});

const send = (response: ServerResponse, method: string | undefined, { status, headers = {}, body = '' }: StoreResponse): void => {
  response.writeHead(status, headers);
  response.end(method === 'HEAD' ? undefined : body);
};
