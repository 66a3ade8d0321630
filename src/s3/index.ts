/**
 * Mirrors to buckets of S3 and of object stores with its protocol.
 *
 * @packageDocumentation
 */

export { toBucket, type BucketOptions } from './to-bucket.ts';
