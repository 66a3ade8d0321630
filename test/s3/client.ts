/** Clients of stores for tests, which end with their test. */

import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { afterEach } from '@jest/globals';
import type { MirrorTarget } from 'rx-content-library';
import { toBucket } from 'rx-content-library/s3';
import { startMemoryS3, type MemoryS3 } from '../support/memory-s3.ts';

const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const each of open.splice(0).toReversed()) await each.close();
});

/** The credentials of the clients. The key id must not be in any error. */
export const accessKeyId = 'AKIAIOSFODNN7EXAMPLE';
export const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';

/** Starts a store in memory. */
export const memoryS3 = async (options?: Parameters<typeof startMemoryS3>[0]): Promise<MemoryS3> => {
  const s3 = await startMemoryS3(options);
  open.push(s3);
  return s3;
};

/** Creates a client that repeats a request twice, without delays. */
export const clientOf = ({ url }: { readonly url: string }, maxAttempts = 3): S3Client => {
  const client = new S3Client({
    endpoint: url,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    retryStrategy: withoutDelays(maxAttempts),
  });
  open.push({ close: () => client.destroy() });
  return client;
};

/** Repeats what the SDK regards as transient, at once. */
const withoutDelays = (maxAttempts: number): NonNullable<S3ClientConfig['retryStrategy']> => {
  const token = (count: number) => ({ getRetryCount: () => count, getRetryDelay: () => 0 });
  return {
    acquireInitialRetryToken: async () => token(0),
    refreshRetryTokenForRetry: async (last: RetryToken, { errorType }: { readonly errorType: string }) => {
      if (errorType === 'CLIENT_ERROR' || last.getRetryCount() + 1 >= maxAttempts) throw new Error('no more attempts');
      return token(last.getRetryCount() + 1);
    },
    recordSuccess: () => undefined,
  };
};

interface RetryToken {
  getRetryCount(): number;
}

/** Creates a target in the bucket `images`, below `vsphere`. */
export const bucketOf = (s3: { readonly url: string }): MirrorTarget =>
  toBucket(clientOf(s3), { bucket: 'images', prefix: 'vsphere' });
