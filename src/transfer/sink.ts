/** Where the bytes of a download go: the small interface that a directory, a stream or your own storage fulfils. */

import type { ChecksumAlgorithm } from '../model/transfer.ts';

/** A checksum that grows with the bytes. */
export interface SinkHash {
  /** The bytes are there until it returns, and may be gone afterwards. */
  update(bytes: Uint8Array): void;
  /** Lower-case hexadecimal; called once, after the last byte. */
  digest(): string;
}

/** A checksum that is known. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Lower-case hexadecimal. */
  readonly value: string;
}

/** What tells the content of a file from any other: while all of it, the name and the size are the same, so are the bytes. */
export interface ContentIdentity {
  readonly itemId: string;
  /** The item's; it changes whenever one of its files does. */
  readonly contentVersion: string;
  /** The file's own, where the server tells it. */
  readonly fileVersion?: string;
}

/** What is known of a file before its bytes come. */
export interface IncomingFile {
  /** As the server names it: not yet safe to use as a path. */
  readonly name: string;
  /** Bytes, if they are known. */
  readonly size?: number;
  /** Not set where the server does not say: then nothing can be kept for a later run. */
  readonly content?: ContentIdentity;
}

/** A file whose content the server has stated before its bytes come. */
export interface StatedFile extends IncomingFile {
  readonly checksum: Checksum;
}

/** A file that is there already, and whole. */
export interface FoundFile {
  /** Where it is, if that can be said. */
  readonly path?: string;
  /** Its length. */
  readonly bytes: number;
}

/** What shows that a file is whole. */
export interface Proof {
  /** Of the bytes that came; not set where the sink cannot make checksums. */
  readonly checksum?: Checksum;
  /** Of the same bytes, for the record, whatever vCenter compares with: 64 hexadecimal digits. */
  readonly sha256?: string;
  /** Which proof there was; `none`: the server stated neither a length nor a checksum. */
  readonly verified: 'checksum' | 'length' | 'none';
}

/**
 * One file on its way in. Its methods are called one after the other, never at once, but for `suspend` and `discard`, which may come in
 * the middle of any other. The last one called is `commit`, if it fulfils, else `suspend` or `discard`.
 *
 * What is optional is for transfers that break: a sink without it loses time, never bytes.
 */
export interface SinkFile {
  /** Where the file will be, if that can be said. */
  readonly path?: string;
  /**
   * Bytes that are here when the file is opened, left by an earlier run: the first ones of this very content. The first `write` brings
   * those behind them; none may come, for it can be all of the file. Needs `replay` and `restart`. @default 0
   */
  readonly keptBytes?: number;
  /**
   * Hands out the `kept` bytes in their order, to be hashed; called before the first `write`, or not at all. A piece belongs to `take`
   * until its promise is fulfilled; a rejection of it ends the replay, and is what the replay rejects with.
   */
  replay?(take: (bytes: Uint8Array) => void | Promise<void>): Promise<void>;
  /**
   * Takes the next bytes of the file. A promise holds back those behind them until it is fulfilled; a rejection may be of earlier bytes.
   * The bytes are never changed afterwards: a sink may hold on to them.
   *
   * `release` is there where they are nobody else's. Called with them once they are of no more use, it frees their memory at once, and
   * they are empty; a sink that never calls it costs some memory and time until the collector comes.
   */
  write(bytes: Uint8Array, release?: (bytes: Uint8Array) => void): void | Promise<void>;
  /** Forgets all bytes, the kept ones too: the next `write` brings the first byte. Without it, a transfer that has to start over fails. */
  restart?(): Promise<void>;
  /** All bytes are there, as far as the proof goes: make them durable and give the file its name, or reject. */
  commit(proof: Proof): Promise<void>;
  /**
   * The download of this file was broken off, and nothing is wrong with the bytes so far: keep them for a later run, which shows the same
   * `content`, and leave nothing that looks whole. A sink without it is told to discard.
   */
  suspend?(): Promise<void>;
  /** The download of this file failed or was left, and its bytes are of no use: leave nothing that looks whole. */
  discard(): Promise<void>;
}

/** A place for files. */
export interface Sink {
  /**
   * Looks whether the file is here already, equal to what the server states, so that its bytes need not come. Answers `undefined` if it
   * is not, or is another one: what becomes of that is up to `open`. Reading a large file takes long: the signal ends it.
   */
  find?(file: StatedFile, signal?: AbortSignal): Promise<FoundFile | undefined>;
  /** Makes room for a file. Rejects before any byte is fetched if the file cannot or must not be written. */
  open(file: IncomingFile): Promise<SinkFile>;
  /** Checksums on the platform of this sink. Without it, or where it answers `undefined`, files are proven by their length. */
  createHash?(algorithm: ChecksumAlgorithm): SinkHash | undefined;
}
