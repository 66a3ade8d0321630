/** The requests to a bucket, with errors of this library. */

import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
  type ListMultipartUploadsCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { bucketError, hasCode, NO_SUCH_KEY, NO_SUCH_UPLOAD, NOT_SUPPORTED } from './bucket-error.ts';

/** An object of a bucket. */
export interface StoredObject {
  readonly key: string;
  readonly etag: string;
  readonly bytes: number;
}

/** A multipart upload that is neither complete nor aborted. */
export interface OpenUpload {
  readonly key: string;
  readonly uploadId: string;
  /** When it was begun, by the clock of the store, if that states it. */
  readonly begunAt: Date | undefined;
}

/** When an object is written: always, only if it does not exist, or only if it has this `ETag`. */
export type WriteCondition = 'always' | 'new' | { readonly etag: string };

/** A part of an upload. */
export interface UploadedPart {
  readonly key: string;
  readonly uploadId: string;
  /** From 1. */
  readonly number: number;
  readonly bytes: Uint8Array;
  readonly signal: AbortSignal;
}

/** A bucket. Each method rejects with a `TransportError` if it may succeed later, otherwise with a `SinkError`. */
export interface Bucket {
  /** Returns where an object is. */
  uriOf(key: string): string;
  /** Returns the objects whose keys begin with the prefix; with `delimiter`, the beginnings of longer keys, too. */
  list(
    prefix: string,
    delimiter?: '/',
  ): Promise<{ readonly objects: readonly StoredObject[]; readonly folders: readonly string[] }>;
  /** Returns a short object as text; `undefined` if there is none. */
  getText(key: string, signal?: AbortSignal): Promise<{ readonly text: string; readonly etag: string } | undefined>;
  /** Returns what is known of an object; `undefined` if there is none. */
  head(key: string, signal?: AbortSignal): Promise<StoredObject | undefined>;
  /** Writes an object and returns its `ETag`. The condition is left out if the store has no conditional writes. */
  put(key: string, body: Uint8Array | string, condition: WriteCondition): Promise<string>;
  /** Removes an object, if there is one. */
  remove(key: string): Promise<void>;
  /** Returns the uploads whose keys begin with the prefix; none if the store cannot list them. */
  listUploads(prefix: string): Promise<readonly OpenUpload[]>;
  beginUpload(key: string): Promise<string>;
  /** Returns the `ETag` of the part. */
  uploadPart(part: UploadedPart): Promise<string>;
  /** Makes the parts an object, and returns its `ETag`. */
  completeUpload(key: string, uploadId: string, etags: readonly string[], condition: WriteCondition): Promise<string>;
  /** Removes an upload with its parts, if there is one. */
  abortUpload(key: string, uploadId: string): Promise<void>;
}

/** Creates the requests to a bucket. */
export const createBucket = (client: S3Client, bucket: string): Bucket => {
  const uriOf = (key: string): string => `s3://${bucket}/${key}`;
  const failing = async <A>(operation: string, key: string, request: () => Promise<A>): Promise<A> => {
    try {
      return await request();
    } catch (thrown) {
      throw bucketError({ operation, uri: uriOf(key) }, thrown);
    }
  };
  let hasConditions = true;
  const conditionally = async (
    condition: WriteCondition,
    write: (headers: ConditionHeaders) => Promise<string>,
  ): Promise<string> => {
    const headers = hasConditions ? headersOf(condition) : {};
    try {
      return await write(headers);
    } catch (thrown) {
      if (condition === 'always' || !hasConditions || !hasCode(thrown, NOT_SUPPORTED)) throw thrown;
      hasConditions = false;
      return write({});
    }
  };
  return {
    uriOf,
    list: async (prefix, delimiter) =>
      failing('ListObjectsV2', prefix, async () => {
        const objects: StoredObject[] = [];
        const folders: string[] = [];
        let token: string | undefined;
        do {
          const page = await client.send(
            new ListObjectsV2Command({
              Bucket: bucket,
              Prefix: prefix,
              ...(delimiter === undefined ? {} : { Delimiter: delimiter }),
              ...(token === undefined ? {} : { ContinuationToken: token }),
            }),
          );
          for (const { Key = '', ETag = '', Size = 0 } of page.Contents ?? [])
            objects.push({ key: Key, etag: ETag, bytes: Size });
          for (const { Prefix = '' } of page.CommonPrefixes ?? []) folders.push(Prefix);
          token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
        } while (token !== undefined);
        return { objects, folders };
      }),
    getText: async (key, signal) =>
      unlessMissing(
        failing('GetObject', key, async () => {
          const { Body, ETag = '' } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }), abortedBy(signal));
          return { text: (await Body?.transformToString('utf8')) ?? '', etag: ETag };
        }),
      ),
    head: async (key, signal) =>
      unlessMissing(
        failing('HeadObject', key, async () => {
          const { ContentLength = 0, ETag = '' } = await client.send(
            new HeadObjectCommand({ Bucket: bucket, Key: key }),
            abortedBy(signal),
          );
          return { key, etag: ETag, bytes: ContentLength };
        }),
      ),
    put: async (key, body, condition) =>
      conditionally(condition, (headers) =>
        failing('PutObject', key, async () => {
          const ContentType = typeof body === 'string' ? 'application/json' : 'application/octet-stream';
          const command = new PutObjectCommand({ Bucket: bucket, Key: key, Body: body, ContentType, ...headers });
          return (await client.send(command)).ETag ?? '';
        }),
      ),
    remove: async (key) =>
      failing('DeleteObject', key, async () => void (await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })))),
    listUploads: async (prefix) => {
      try {
        return await failing('ListMultipartUploads', prefix, async () => allUploads(client, bucket, prefix));
      } catch (thrown) {
        if (hasCode(thrown, NOT_SUPPORTED)) return [];
        throw thrown;
      }
    },
    beginUpload: async (key) =>
      failing('CreateMultipartUpload', key, async () => {
        const { UploadId = '' } = await client.send(
          new CreateMultipartUploadCommand({ Bucket: bucket, Key: key, ContentType: 'application/octet-stream' }),
        );
        return UploadId;
      }),
    uploadPart: async ({ key, uploadId, number, bytes, signal }) =>
      failing('UploadPart', key, async () => {
        const { ETag = '' } = await client.send(
          new UploadPartCommand({ Bucket: bucket, Key: key, UploadId: uploadId, PartNumber: number, Body: bytes }),
          abortedBy(signal),
        );
        return ETag;
      }),
    completeUpload: async (key, uploadId, etags, condition) =>
      conditionally(condition, (headers) =>
        failing('CompleteMultipartUpload', key, async () => {
          const Parts = etags.map((ETag, index) => ({ ETag, PartNumber: index + 1 }));
          const upload = { Bucket: bucket, Key: key, UploadId: uploadId, MultipartUpload: { Parts } };
          return (await client.send(new CompleteMultipartUploadCommand({ ...upload, ...headers }))).ETag ?? '';
        }),
      ),
    abortUpload: async (key, uploadId) => {
      const command = new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId });
      await failing('AbortMultipartUpload', key, async () => client.send(command)).catch((thrown: unknown) => {
        if (!hasCode(thrown, NO_SUCH_UPLOAD, NO_SUCH_KEY)) throw thrown;
      });
    },
  };
};

const allUploads = async (client: S3Client, bucket: string, prefix: string): Promise<readonly OpenUpload[]> => {
  const uploads: OpenUpload[] = [];
  let next: { readonly KeyMarker?: string; readonly UploadIdMarker?: string } | undefined = {};
  do {
    const page: ListMultipartUploadsCommandOutput = await client.send(
      new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix, ...next }),
    );
    for (const { Key = '', UploadId = '', Initiated } of page.Uploads ?? [])
      uploads.push({ key: Key, uploadId: UploadId, begunAt: Initiated });
    next =
      page.IsTruncated === true && page.NextKeyMarker !== undefined
        ? {
            KeyMarker: page.NextKeyMarker,
            ...(page.NextUploadIdMarker === undefined ? {} : { UploadIdMarker: page.NextUploadIdMarker }),
          }
        : undefined;
  } while (next !== undefined);
  return uploads;
};

interface ConditionHeaders {
  readonly IfNoneMatch?: '*';
  readonly IfMatch?: string;
}

const headersOf = (condition: WriteCondition): ConditionHeaders => {
  if (condition === 'always') return {};
  return condition === 'new' ? { IfNoneMatch: '*' } : { IfMatch: condition.etag };
};

const abortedBy = (signal: AbortSignal | undefined): { readonly abortSignal?: AbortSignal } =>
  signal === undefined ? {} : { abortSignal: signal };

const unlessMissing = async <A>(found: Promise<A>): Promise<A | undefined> => {
  try {
    return await found;
  } catch (thrown) {
    if (hasCode(thrown, NO_SUCH_KEY)) return undefined;
    throw thrown;
  }
};
