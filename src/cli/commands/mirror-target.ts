/** Where `content-library mirror` keeps a library: a directory, or a bucket. */

import type { MirrorTarget } from '../../index.ts';
import { toTree } from '../../node/index.ts';
import { usageError } from '../command-error.ts';
import { loadOptionalPackage } from './optional-package.ts';

/** Attempts of a request to the store: with the delays of its client, they take more than a minute. */
const STORE_ATTEMPTS = 10;

/** Milliseconds without a response of the store. */
const STORE_TIMEOUT = 120_000;

/** Returns the target of `DIRECTORY` or `s3://BUCKET/PREFIX`. */
export const mirrorTarget = async (destination: string): Promise<MirrorTarget> => {
  if (!/^s3:/i.test(destination)) return toTree(destination);
  const [, bucket, prefix = ''] = /^s3:\/\/([^/\s]+)(?:\/(.*))?$/i.exec(destination) ?? [];
  if (bucket === undefined) throw usageError(`Expected s3://BUCKET or s3://BUCKET/PREFIX, got ${JSON.stringify(destination)}.`);
  const { S3Client, toBucket } = await load();
  const { AWS_ENDPOINT_URL_S3: s3Url, AWS_ENDPOINT_URL: url } = process.env;
  const client = new S3Client({
    maxAttempts: STORE_ATTEMPTS,
    // Stores other than S3 seldom have a host name for each bucket.
    forcePathStyle: (s3Url ?? url ?? '') !== '',
    requestHandler: { connectionTimeout: STORE_TIMEOUT, requestTimeout: STORE_TIMEOUT, throwOnRequestTimeout: true },
  });
  try {
    // The client is not destroyed: after a signal, it still aborts uploads.
    return toBucket(client, { bucket, prefix });
  } catch (thrown) {
    throw thrown instanceof TypeError ? usageError(`${thrown.message}.`) : thrown;
  }
};

const load = () =>
  loadOptionalPackage('@aws-sdk/client-s3', 'The client of S3', async () => {
    const [{ S3Client }, { toBucket }] = await Promise.all([import('@aws-sdk/client-s3'), import('../../s3/index.ts')]);
    return { S3Client, toBucket };
  });
