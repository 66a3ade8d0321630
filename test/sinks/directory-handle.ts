/** A `FileSystemDirectoryHandle` in memory. Written bytes become visible on close. */

/** Abilities and failures of a browser. */
export interface Platform {
  /** True if files can be moved. */
  readonly canMove: boolean;
  /** Called before each operation; throws the browser's error. */
  before?: (operation: 'getFileHandle' | 'createWritable' | 'write' | 'close' | 'move' | 'truncate' | 'removeEntry') => void;
}

/** Returns the directory, and the texts of its visible files; `null` is a directory. */
export const directoryHandle = (
  platform: Platform,
  files = new Map<string, Uint8Array<ArrayBuffer> | null>(),
): { readonly handle: FileSystemDirectoryHandle; readonly texts: () => Readonly<Record<string, string | null>> } => {
  const decoder = new TextDecoder();
  let writes = 0;
  /** One more with each write, so that equal content that was written again has another time. */
  const timeOfWrite = new WeakMap<Uint8Array, number>();
  const lastModified = (bytes: Uint8Array): number => {
    const time = timeOfWrite.get(bytes) ?? (writes += 1);
    timeOfWrite.set(bytes, time);
    return time;
  };

  const writable = (name: () => string): unknown => {
    platform.before?.('createWritable');
    let bytes = new Uint8Array(0);
    let position = 0;
    let isOpen = true;
    const assertOpen = (): void => {
      if (!isOpen) throw new TypeError('the stream is closed');
    };
    return {
      write: async (data: Uint8Array | Blob) => {
        assertOpen();
        platform.before?.('write');
        const chunk = data instanceof Blob ? new Uint8Array(await data.arrayBuffer()) : data;
        const next = new Uint8Array(Math.max(bytes.byteLength, position + chunk.byteLength));
        next.set(bytes);
        next.set(chunk, position);
        bytes = next;
        position += chunk.byteLength;
      },
      truncate: async (size: number) => {
        assertOpen();
        platform.before?.('truncate');
        bytes = bytes.slice(0, size);
      },
      seek: async (to: number) => {
        assertOpen();
        position = to;
      },
      close: async () => {
        assertOpen();
        isOpen = false;
        platform.before?.('close');
        files.set(name(), bytes);
      },
      abort: async () => {
        isOpen = false;
      },
    };
  };

  const fileHandle = (first: string): unknown => {
    let name = first;
    return {
      createWritable: async () => writable(() => name),
      getFile: async () => {
        const bytes = files.get(name);
        return bytes == null ? new File([], name) : new File([bytes], name, { lastModified: lastModified(bytes) });
      },
      ...(platform.canMove
        ? {
            move: async (to: string) => {
              platform.before?.('move');
              files.set(to, files.get(name) ?? new Uint8Array(0));
              files.delete(name);
              name = to;
            },
          }
        : {}),
    };
  };

  const handle = {
    getFileHandle: async (name: string, { create = false } = {}) => {
      platform.before?.('getFileHandle');
      if (files.get(name) === null) throw new DOMException(name, 'TypeMismatchError');
      if (!files.has(name) && !create) throw new DOMException(name, 'NotFoundError');
      if (!files.has(name)) files.set(name, new Uint8Array(0));
      return fileHandle(name);
    },
    removeEntry: async (name: string) => {
      platform.before?.('removeEntry');
      if (!files.delete(name)) throw new DOMException(name, 'NotFoundError');
    },
  } as unknown as FileSystemDirectoryHandle;

  const texts = (): Record<string, string | null> =>
    Object.fromEntries([...files].sort().map(([name, bytes]) => [name, bytes === null ? null : decoder.decode(bytes)]));
  return { handle, texts };
};
