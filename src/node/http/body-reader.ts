/** Reads bodies into memory that is used again: new memory for every piece costs as much as half the sending. */

/** Reads one body. */
export interface BodyReader {
  /** The next bytes; `undefined` at the end. */
  readonly read: () => Promise<Uint8Array | undefined>;
  /** Takes back memory that nobody needs any more. */
  readonly release: (bytes: Uint8Array) => void;
  readonly cancel: () => Promise<void>;
}

/** Bytes. */
const pieceSize = 256 * 1024;

/** How many pieces are kept for the next reading, whosever it is. */
const kept = 8;

const free: ArrayBuffer[] = [];

const keep = ({ buffer }: Uint8Array): void => {
  if (free.length < kept && buffer instanceof ArrayBuffer && buffer.byteLength === pieceSize) free.push(buffer);
};

/** Begins to read a body. */
export const bodyReader = (body: ReadableStream<Uint8Array>): BodyReader => {
  const reader = intoMemory(body);
  if (reader === undefined) {
    const plain = body.getReader();
    return { read: async () => (await plain.read()).value, release: () => undefined, cancel: () => plain.cancel() };
  }
  return {
    read: async () => {
      const { done, value } = await reader.read(new Uint8Array(free.pop() ?? new ArrayBuffer(pieceSize)));
      if (!done) return value;
      if (value !== undefined) keep(value);
      return undefined;
    },
    release: keep,
    cancel: () => reader.cancel(),
  };
};

/** What the compiler's library says less of. */
interface MemoryReader {
  read(
    memory: Uint8Array<ArrayBuffer>,
  ): Promise<{ readonly done: boolean; readonly value?: Uint8Array<ArrayBuffer> | undefined }>;
  cancel(): Promise<void>;
}

/** Only streams of bytes can be read into memory of one's own, and they cannot be told from the others but by trying. */
const intoMemory = (body: ReadableStream<Uint8Array>): MemoryReader | undefined => {
  try {
    return body.getReader({ mode: 'byob' });
  } catch {
    return undefined;
  }
};
