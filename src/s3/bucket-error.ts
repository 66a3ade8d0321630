/** Errors of the store as errors of this library. */

import { isContentLibraryError, SinkError, TransportError } from '../index.ts';

/** The `code` of a write whose condition was not met: another process has written the object. */
export const CONDITION_FAILED = 'PreconditionFailed';

/** The `code` of what the store does not support. */
export const NOT_SUPPORTED = 'NotImplemented';

/** The `code` of an object that does not exist. */
export const NO_SUCH_KEY = 'NoSuchKey';

/** The `code` of an upload that does not exist: it is complete, or was aborted. */
export const NO_SUCH_UPLOAD = 'NoSuchUpload';

/** The permission that each operation needs. */
const PERMISSIONS: Readonly<Record<string, string>> = {
  ListObjectsV2: 's3:ListBucket',
  ListMultipartUploads: 's3:ListBucketMultipartUploads',
  GetObject: 's3:GetObject and s3:ListBucket',
  HeadObject: 's3:GetObject and s3:ListBucket',
  DeleteObject: 's3:DeleteObject',
  AbortMultipartUpload: 's3:AbortMultipartUpload',
};

/** What to do about codes that are not a matter of permissions. */
const ADVICE: Readonly<Record<string, string>> = {
  NoSuchBucket: 'the bucket does not exist. Create it, or correct its name',
  PermanentRedirect: 'the bucket is in another region. Create the client with the region of the bucket',
  AuthorizationHeaderMalformed: 'the bucket is in another region. Create the client with the region of the bucket',
  InvalidAccessKeyId: 'the store does not know the access key. Correct the credentials of the client',
  SignatureDoesNotMatch: 'the store refuses the signature. Correct the secret key of the client',
  ExpiredToken: 'the credentials have expired. Create the client with credentials that are renewed',
  ExpiredTokenException: 'the credentials have expired. Create the client with credentials that are renewed',
  InvalidToken: 'the store refuses the session token. Correct the credentials of the client',
  CredentialsProviderError: 'there are no credentials. Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
  RequestTimeTooSkewed: 'the clock of this machine is wrong. Set it',
  QuotaExceeded: 'the quota of the bucket is used up. Raise it, or remove objects',
  EntityTooLarge: 'the file is larger than the store allows',
  InvalidBucketName: 'the store does not accept this name of a bucket. Correct it',
  [CONDITION_FAILED]: 'another process has written this object in the meantime. Mirror the library again',
  [NO_SUCH_UPLOAD]: 'another process has aborted this upload. Let one mirror at a time write to a prefix',
};

/** What is known about a failed request. */
interface FailedRequest {
  /** The name of the operation, such as `PutObject`. */
  readonly operation: string;
  /** Where the object is, or the bucket: `s3://BUCKET/KEY`. */
  readonly uri: string;
}

/**
 * Returns a `TransportError` if the same request may succeed later, otherwise a `SinkError` that says what to do. The original error is not
 * its `cause`, and its message is left out: they may contain the access key.
 */
export const bucketError = ({ operation, uri }: FailedRequest, thrown: unknown): SinkError | TransportError => {
  if (isContentLibraryError(thrown) && (thrown._tag === 'SinkError' || thrown._tag === 'TransportError')) return thrown;
  const { status, code } = factsOf(thrown);
  const name = [status, code].filter((part) => part !== undefined).join(' ');
  if (isTransientFailure(status, code))
    return new TransportError({ operation: `${operation} ${uri}`, code, reason: transientReason(status, name) });
  const advice = ADVICE[code ?? ''] ?? adviceOfStatus(operation, status, thrown);
  return new SinkError({ path: uri, code, reason: `${advice} (${[operation, name].filter((part) => part !== '').join(': ')}).` });
};

/** Returns the error with which a file fails: a transfer would be continued after a `TransportError`, whose bytes the upload does not have. */
export const fileError = (uri: string, thrown: unknown): unknown => {
  if (!(thrown instanceof TransportError)) return thrown;
  return new SinkError({
    path: uri,
    code: thrown.code,
    reason: `${thrown.message} The file is started over by the next attempt.`,
  });
};

/** Returns true if an error has the code. */
export const hasCode = (thrown: unknown, ...codes: readonly string[]): boolean =>
  isContentLibraryError(thrown) && 'code' in thrown && typeof thrown.code === 'string' && codes.includes(thrown.code);

interface Facts {
  /** Not set if there was no response. */
  readonly status: number | undefined;
  readonly code: string | undefined;
}

// Not `instanceof`: the error may come from another realm.
const isError = (thrown: unknown): thrown is Error =>
  typeof thrown === 'object' && thrown !== null && 'name' in thrown && typeof thrown.name === 'string' && 'message' in thrown;

const factsOf = (thrown: unknown): Facts => {
  if (!isError(thrown)) return { status: undefined, code: undefined };
  const metadata = '$metadata' in thrown ? thrown.$metadata : undefined;
  const status =
    typeof metadata === 'object' &&
    metadata !== null &&
    'httpStatusCode' in metadata &&
    typeof metadata.httpStatusCode === 'number'
      ? metadata.httpStatusCode
      : undefined;
  return { status, code: codeOf(thrown, status) };
};

const codeOf = (thrown: Error, status: number | undefined): string | undefined => {
  if (status === 412) return CONDITION_FAILED;
  if (status === 501) return NOT_SUPPORTED;
  // A response to HEAD has no body that states the code.
  if (status === 404 && ['NotFound', '404', 'Unknown', 'UnknownError'].includes(thrown.name)) return NO_SUCH_KEY;
  if (status === undefined && 'code' in thrown && typeof thrown.code === 'string') return thrown.code;
  // The client replaces an error of another realm by one that has only its message.
  if (status === undefined && thrown.name === 'Error')
    return /\bE[A-Z]{4,15}\b/.exec(thrown.message)?.[0] ?? (thrown.message.endsWith('socket hang up') ? 'ECONNRESET' : undefined);
  return /^[A-Za-z][\w.-]{0,63}$/.test(thrown.name) && thrown.name !== 'Error' ? thrown.name : undefined;
};

const isTransientFailure = (status: number | undefined, code: string | undefined): boolean => {
  if (code === 'RequestTimeout' || code === 'SlowDown' || code === 'ConditionalRequestConflict') return true;
  if (status !== undefined) return status === 429 || (status >= 500 && status !== 501 && status !== 507);
  return code === 'TimeoutError' || code === 'NetworkingError' || /^(?:E[A-Z]{4,}|EAI_AGAIN|UND_ERR_\w+)$/.test(code ?? '');
};

const transientReason = (status: number | undefined, name: string): string => {
  if (status === undefined) return `the store could not be reached (${name})`;
  return status === 503 || status === 429 ? `the store is busy (${name})` : `the store has failed (${name})`;
};

const adviceOfStatus = (operation: string, status: number | undefined, thrown: unknown): string => {
  if (status === 401 || status === 403) {
    const permission = PERMISSIONS[operation] ?? 's3:PutObject';
    return `the store refuses this. Give the credentials the permission ${permission}`;
  }
  if (status === 301 || status === 307) return ADVICE['PermanentRedirect'] ?? '';
  if (status === 507) return ADVICE['QuotaExceeded'] ?? '';
  if (status === 501) return 'the store does not support this operation. Choose another store';
  if (status === undefined && isError(thrown) && /region is missing/i.test(thrown.message))
    return 'the client has no region. Set AWS_REGION, or create the client with a region';
  return status === undefined ? 'the request could not be sent' : 'the store has refused the request';
};
