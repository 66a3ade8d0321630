/** Where the bytes of a download go: the small interface that a directory, a stream or your own storage fulfils. */

import type { ChecksumAlgorithm } from './model/transfer.ts';

/** A checksum that grows with the bytes. */
export interface Hash {
  update(bytes: Uint8Array): void;
  /** Lower-case hexadecimal; called once, after the last byte. */
  digest(): string;
}

/** What is known of a file before its bytes come. */
export interface IncomingFile {
  /** As the server names it: not yet safe to use as a path. */
  readonly name: string;
  /** Bytes, if they are known. */
  readonly size?: number;
}

/** What shows that a file is whole. */
export interface Proof {
  /** Of the bytes that came; not set where the sink cannot make checksums. */
  readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly value: string };
  /** Which proof there was; `none`: the server stated neither a length nor a checksum. */
  readonly verified: 'checksum' | 'length' | 'none';
}

/** One file on its way in. Its methods are called one after the other, never at once, but for `discard`. */
export interface SinkFile {
  /** Where the file will be, if that can be said. */
  readonly path?: string;
  /** Takes bytes. A promise holds back the next ones until it is fulfilled. */
  write(bytes: Uint8Array): void | Promise<void>;
  /** All bytes are there, as far as the proof goes: make them durable and give the file its name, or reject. */
  commit(proof: Proof): Promise<void>;
  /** The download of this file failed or was left, maybe during a `write` or a `commit`: leave nothing that looks whole. */
  discard(): Promise<void>;
}

/** A place for files. */
export interface Sink {
  /** Makes room for a file. Rejects before any byte is fetched if the file cannot or must not be written. */
  open(file: IncomingFile): Promise<SinkFile>;
  /** Checksums on the platform of this sink. Without it, or where it answers `undefined`, files are proven by their length. */
  createHash?(algorithm: ChecksumAlgorithm): Hash | undefined;
}
