/** The limits of uploads. */

/** S3 allows no smaller part but the last one than 5 MiB; a larger one needs fewer requests. In bytes. */
export const MIN_PART_SIZE = 8 * 1024 * 1024;

/** S3 allows no more parts. */
export const MAX_PARTS = 10_000;

/** Memory for the parts of all files of a target, in bytes: 128 MiB. Only a part that is larger than this is sent alone. */
export const MEMORY_BUDGET = 16 * MIN_PART_SIZE;

/** Milliseconds after which an upload counts as left by a process that has ended: 7 days. */
export const UPLOAD_LIFETIME = 7 * 24 * 60 * 60 * 1000;
