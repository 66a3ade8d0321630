/** A TLS connection whose records are joined: passing each record of 16 KB on by itself takes more time than hashing it. */

import type { OnReadOpts } from 'node:net';
import { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { BufferPool } from './buffer-pool.ts';

/** Bytes: four records. Larger buffers saved no more time, and kept more memory while a reader was slow. */
const BUFFER_SIZE = 64 * 1024;

/** 2 MiB: a paused connection holds about two buffers. */
const pool = new BufferPool(BUFFER_SIZE, 32);

/**
 * A stream over a TLS socket that reads into buffers of 64 KiB. A buffer is passed on when it is full, or when there is nothing more to read
 * for the moment.
 *
 * The reader of a chunk must copy what it keeps of it, as Node's HTTP parser does: the buffer is used again for later bytes as soon as the
 * stream holds nothing of it.
 */
export class JoinedReads extends Duplex {
  /** The option `onread` of the socket. Its callback is called for each record. */
  readonly onread: OnReadOpts;
  #socket: TLSSocket | undefined;
  #buffer = pool.take();
  /** Bytes in the buffer. */
  #length = 0;
  /** Those of them that were passed on. */
  #passedOn = 0;
  /** Full buffers that the stream may still hold. */
  #full: Buffer[] = [];
  #flushTimer: NodeJS.Immediate | undefined;

  constructor() {
    super({ allowHalfOpen: false, readableHighWaterMark: BUFFER_SIZE });
    this.onread = {
      // Must never be empty: Node would ask for ever. Node asks right after each callback, so the position must not change at other times.
      buffer: () => this.#buffer.subarray(this.#length),
      callback: (byteCount) => this.#onBytes(byteCount),
    };
  }

  /** Connects the stream to the socket, which was created with its `onread`. */
  attach(socket: TLSSocket): this {
    this.#socket = socket;
    socket.on('end', () => {
      this.#flush();
      this.push(null);
      // An idle connection has no reader that would notice its end.
      this.read(0);
    });
    socket.on('error', (error: Error) => {
      this.#flush();
      this.destroy(error);
    });
    // After its end, the stream may still hold bytes that were not read yet.
    socket.on('close', () => {
      if (!socket.readableEnded) this.destroy();
    });
    socket.on('timeout', () => this.emit('timeout'));
    // `end` is emitted only by a socket that is read.
    socket.resume();
    if (socket.destroyed) this.destroy();
    return this;
  }

  #onBytes(byteCount: number): boolean {
    this.#length += byteCount;
    if (this.#length === BUFFER_SIZE) return this.#replaceBuffer();
    this.#flushTimer ??= setImmediate(() => {
      if (!this.#flush()) this.#socket?.pause();
    });
    return true;
  }

  /** Passes the rest of a full buffer on. Returns false if the socket should not be read for now. */
  #replaceBuffer(): boolean {
    const wantsMore = this.#flush();
    this.#full.push(this.#buffer);
    if (this.readableLength === 0) for (const buffer of this.#full.splice(0)) pool.release(buffer);
    this.#buffer = pool.take();
    this.#length = 0;
    this.#passedOn = 0;
    return wantsMore;
  }

  /** Passes the received bytes on. Returns false if the socket should not be read for now. */
  #flush(): boolean {
    clearImmediate(this.#flushTimer);
    this.#flushTimer = undefined;
    if (this.#length === this.#passedOn) return true;
    const bytes = this.#buffer.subarray(this.#passedOn, this.#length);
    this.#passedOn = this.#length;
    return this.push(bytes);
  }

  override _read(): void {
    this.#socket?.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#socket?.write(chunk, encoding, callback);
  }

  override _writev(
    chunks: readonly { readonly chunk: Buffer; readonly encoding: BufferEncoding }[],
    callback: (error?: Error | null) => void,
  ): void {
    this.#socket?.cork();
    chunks.forEach(({ chunk, encoding }, index) =>
      this.#socket?.write(chunk, encoding, index === chunks.length - 1 ? callback : undefined),
    );
    this.#socket?.uncork();
  }

  override _final(callback: (error?: Error | null) => void): void {
    if (this.#socket?.writable === true) this.#socket.end(callback);
    else callback();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    clearImmediate(this.#flushTimer);
    this.#full = [];
    this.#socket?.destroy();
    callback(error);
  }

  // What Node's HTTP agent uses of a socket.

  setKeepAlive(isEnabled?: boolean, initialDelay?: number): this {
    this.#socket?.setKeepAlive(isEnabled, initialDelay);
    return this;
  }

  setNoDelay(isEnabled?: boolean): this {
    this.#socket?.setNoDelay(isEnabled);
    return this;
  }

  setTimeout(milliseconds: number, callback?: () => void): this {
    if (callback !== undefined) this.once('timeout', callback);
    this.#socket?.setTimeout(milliseconds);
    return this;
  }

  get timeout(): number | undefined {
    return this.#socket?.timeout;
  }

  ref(): this {
    this.#socket?.ref();
    return this;
  }

  unref(): this {
    this.#socket?.unref();
    return this;
  }

  /** Closes the connection once everything is written. */
  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }
}
