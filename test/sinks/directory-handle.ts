/** A directory as the web platform gives access to it, in memory: what is written shows when it is closed. */

/** What a browser can do, and what befalls it. */
export interface Platform {
  /** Whether files can be moved. */
  readonly canMove: boolean;
  /** Asked before each operation: throws what the browser throws. */
  before?: (operation: 'getFileHandle' | 'createWritable' | 'write' | 'close' | 'move' | 'truncate') => void;
}

/** The directory, and the texts of the files that show in it; `null` is a directory. */
export const directoryHandle = (
  platform: Platform,
  files = new Map<string, Uint8Array<ArrayBuffer> | null>(),
): { readonly handle: FileSystemDirectoryHandle; readonly texts: () => Readonly<Record<string, string | null>> } => {
  const decoder = new TextDecoder();

  const writable = (name: () => string): unknown => {
    platform.before?.('createWritable');
    let bytes = new Uint8Array(0);
    let position = 0;
    let isOpen = true;
    const refuseClosed = (): void => {
      if (!isOpen) throw new TypeError('the stream is closed');
    };
    return {
      write: async (piece: Uint8Array) => {
        refuseClosed();
        platform.before?.('write');
        const next = new Uint8Array(Math.max(bytes.byteLength, position + piece.byteLength));
        next.set(bytes);
        next.set(piece, position);
        bytes = next;
        position += piece.byteLength;
      },
      truncate: async (size: number) => {
        refuseClosed();
        platform.before?.('truncate');
        bytes = bytes.slice(0, size);
      },
      seek: async (to: number) => {
        refuseClosed();
        position = to;
      },
      close: async () => {
        refuseClosed();
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
      getFile: async () => new File([files.get(name) ?? ''], name),
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
      if (!files.delete(name)) throw new DOMException(name, 'NotFoundError');
    },
  } as unknown as FileSystemDirectoryHandle;

  const texts = (): Record<string, string | null> =>
    Object.fromEntries([...files].sort().map(([name, bytes]) => [name, bytes === null ? null : decoder.decode(bytes)]));
  return { handle, texts };
};
