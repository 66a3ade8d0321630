/** The sink contract: the interface between a download and a directory, a stream, or storage of your own. */

import type { ChecksumAlgorithm } from '../model/transfer.ts';

/** A running checksum. */
export interface SinkHash {
  /** Adds bytes. MUST NOT hold on to them: they may be gone after it has returned. */
  update(bytes: Uint8Array): void;
  /** Returns the digest in lower-case hexadecimal. Called once, after the last byte. */
  digest(): string;
}

/** A checksum of a file. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Lower-case hexadecimal. */
  readonly value: string;
}

/** Identifies the content of a file: if all its fields, the name and the size of the file are equal, so are the bytes. */
export interface ContentIdentity {
  readonly itemId: string;
  /** Version of the item's content, which changes with each of its files. */
  readonly contentVersion: string;
  /** Version of the file, if the server states it. */
  readonly fileVersion?: string;
}

/** What is known about a file before it is transferred. */
export interface IncomingFile {
  /** The name as the server states it. MUST NOT be used as a path without validation. */
  readonly name: string;
  /** Size in bytes, if known. */
  readonly size?: number;
  /** The other files of the download that are not saved yet, for messages about the space that is missing. */
  readonly others?: readonly PlannedFile[];
  /** Identity of the content. Not set if the server does not state one; the file then cannot be resumed by a later run. */
  readonly content?: ContentIdentity;
}

/** A file of a download that is not saved yet. */
export interface PlannedFile {
  /** The name as the server states it. MUST NOT be used as a path without validation. */
  readonly name: string;
  /** Size in bytes, if known. */
  readonly size?: number;
  /** The checksum, if it is known. */
  readonly checksum?: Checksum;
}

/** A file whose checksum is known before it is transferred. */
export interface StatedFile extends IncomingFile {
  readonly checksum: Checksum;
}

/** A complete file that the sink already has. */
export interface FoundFile {
  /** Where the file is, if the sink has paths. */
  readonly path?: string;
  /** Size in bytes. */
  readonly bytes: number;
}

/** How a file was verified. */
export interface Proof {
  /** Checksum of the received bytes. Not set if the sink does not create hashes. */
  readonly checksum?: Checksum;
  /** SHA256 of the received bytes: 64 hexadecimal digits. Set if vCenter states it, or with the option `sha256`. */
  readonly sha256?: string;
  /** What was compared; `none` if the server stated neither a checksum nor a length. */
  readonly verified: 'checksum' | 'length' | 'none';
}

/**
 * Something that does not fail the file, but that its owner should know. The download emits it as a `warning` event.
 *
 * - `NOT_FLUSHED`: the file is complete, but the storage cannot guarantee that it survives a power failure.
 * - `PART_NOT_REMOVED`: the file is complete, but its temporary name could not be removed.
 */
export interface SinkWarning {
  readonly code: 'NOT_FLUSHED' | 'PART_NOT_REMOVED';
  /** What happened, with its facts, in one sentence or two. */
  readonly message: string;
}

/** What `commit` may return. */
export interface CommitResult {
  /** @default [] */
  readonly warnings?: readonly SinkWarning[];
}

/**
 * One file that is being written.
 *
 * Methods are never called concurrently, except `suspend` and `discard`, which may be called during any other call. The last call is
 * `commit` if it fulfills, otherwise `suspend` or `discard`. Optional methods serve interrupted transfers: a sink without them loses time,
 * never bytes.
 */
export interface SinkFile {
  /** Where the file will be, if the sink has paths. */
  readonly path?: string;
  /**
   * Number of bytes that an earlier run has kept: the first bytes of the same content. The first `write` continues after them; if they are
   * the complete file, `write` is not called. Requires `replay` and `restart`.
   * @default 0
   */
  readonly keptBytes?: number;
  /**
   * The checksum that vCenter had stated for the kept bytes when an earlier run verified them: they are the complete file, but their `commit`
   * has failed. The replayed bytes are compared with it, because vCenter may state none for a file of which no byte is fetched.
   */
  readonly keptChecksum?: Checksum | undefined;
  /**
   * Passes the kept bytes to `consume` in order, so that they can be hashed. Called at most once, before the first `write`. A chunk belongs
   * to `consume` until its promise fulfills. If `consume` throws or rejects, the replay MUST end and reject with the same error.
   */
  replay?(consume: (bytes: Uint8Array) => void | Promise<void>): Promise<void>;
  /**
   * Writes the next bytes of the file. If it returns a promise, the next bytes follow once that fulfills; a rejection may concern earlier
   * bytes. The download never changes the bytes afterwards, so the sink may keep them.
   *
   * `freeBuffer` is set if nothing else holds the bytes. Call it with the bytes once they are no longer needed, to free their memory at once;
   * they are empty afterwards. It is optional: without it, the garbage collector frees them later.
   */
  write(bytes: Uint8Array, freeBuffer?: (bytes: Uint8Array) => void): void | Promise<void>;
  /**
   * Passes all bytes of the file to `consume`, from the first to the last, the kept ones too; otherwise like `replay`. Called after the last
   * `write`, if vCenter states a checksum only then, of an algorithm that was not computed during the transfer. Without it, such a file is
   * verified by its length.
   */
  readBack?(consume: (bytes: Uint8Array) => void | Promise<void>): Promise<void>;
  /** Discards all bytes, the kept ones too; the next `write` starts at the first byte. Without it, a transfer that must restart fails. */
  restart?(): Promise<void>;
  /**
   * Called when all bytes are written and verified as `proof` says. Makes them durable and gives the file its final name, or rejects. What
   * the storage does not support, but the file does not need, is a warning in the result.
   */
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- so that a sink without warnings returns nothing
  commit(proof: Proof): Promise<CommitResult | void>;
  /**
   * Called instead of `discard` when the download was interrupted or `commit` has rejected, and the bytes are good so far. Keeps them for a
   * later run with the same `content`. MUST NOT leave a file that looks complete.
   */
  suspend?(): Promise<void>;
  /** Called when the file has failed, or the download was cancelled. Removes the bytes. MUST NOT leave a file that looks complete. */
  discard(): Promise<void>;
}

/** Where a download saves its files. */
export interface Sink {
  /**
   * Returns the file if the sink already has one with the stated checksum, so that it need not be fetched; otherwise `undefined`. Whether a
   * different file of that name may be replaced is up to `open`. The signal aborts the search, which reads the complete file.
   */
  find?(file: StatedFile, signal?: AbortSignal): Promise<FoundFile | undefined>;
  /**
   * Checks whether files can be saved; rejects if not, which ends the download. Called with the selected files before the server prepares
   * any of them, and once more with their sizes before the first one is opened. With `continueOnError`, where each file may fail alone, it
   * is called once and without files: only the destination is checked. The signal aborts the check. `open` has to check all of it again.
   */
  check?(files: readonly PlannedFile[], signal?: AbortSignal): Promise<void>;
  /** Opens a file for writing. Rejects if the file cannot or must not be written; nothing is fetched then. */
  open(file: IncomingFile): Promise<SinkFile>;
  /** Creates a running checksum. Files are verified by their length only if this is not set or returns `undefined`. */
  createHash?(algorithm: ChecksumAlgorithm): SinkHash | undefined;
}
