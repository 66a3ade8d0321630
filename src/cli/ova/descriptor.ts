/** The files that an OVF descriptor references. */

/** A `File` of the descriptor's `References`. */
export interface FileReference {
  /** Name of the file, relative to the descriptor, as the descriptor has it. */
  readonly href: string;
  /** Size of the file in bytes, if the descriptor states it. */
  readonly size?: number;
  /** True if the file is split into parts with the suffixes `.000000000`, `.000000001` … */
  readonly isChunked: boolean;
}

/**
 * Returns the references of a descriptor in its order. All versions of the OVF namespace are read.
 *
 * Rejects with a TypeError if the descriptor is not well-formed XML, or no OVF envelope.
 */
export const parseReferences = async (bytes: Uint8Array): Promise<readonly FileReference[]> => {
  // Loaded for an OVA only.
  const { default: saxes } = await import('saxes');
  const references: FileReference[] = [];
  const path: string[] = [];
  const parser = new saxes.SaxesParser({ xmlns: true });
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ local, attributes }) => {
    path.push(local);
    if (path[0] !== 'Envelope') throw new TypeError(`its first element is ${local}, not Envelope`);
    if (path.join('/') !== 'Envelope/References/File') return;
    const values = new Map(Object.values(attributes).map((attribute) => [attribute.local, attribute.value]));
    const size = values.get('size');
    const isKnown = size !== undefined && /^\d+$/.test(size) && Number.isSafeInteger(Number(size));
    references.push({
      href: values.get('href') ?? '',
      ...(isKnown ? { size: Number(size) } : {}),
      isChunked: values.has('chunkSize'),
    });
  });
  parser.on('closetag', () => void path.pop());
  try {
    parser.write(decode(bytes)).close();
  } catch (thrown) {
    throw new TypeError(`it is no OVF descriptor: ${thrown instanceof Error ? thrown.message : String(thrown)}`, {
      cause: thrown,
    });
  }
  return references;
};

/** Decodes XML in UTF-8 or UTF-16, or in the encoding that its declaration states. */
const decode = (bytes: Uint8Array): string => {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  const start = new TextDecoder('latin1').decode(bytes.subarray(0, 200));
  const stated = /^(?:ï»¿)?<\?xml[^>]*\sencoding\s*=\s*["']([\w.-]+)["']/.exec(start)?.[1];
  return new TextDecoder(stated ?? 'utf-8').decode(bytes);
};
