/** Reads bodies of limited size, as text or JSON. */

/**
 * Reads a body as text.
 *
 * @param limit - Bytes, decompressed. `Content-Length` alone does not suffice: it counts compressed bytes.
 * @returns The text, or `undefined` if there are more bytes than that; the rest of the body is then cancelled.
 */
export const readText = async (response: Response, limit: number): Promise<string | undefined> => {
  if (response.body === null) return '';
  if (Number(response.headers.get('content-length')) > limit) return void cancelBody(response.body);
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    length += read.value.byteLength;
    if (length > limit) return void cancelBody(reader);
    chunks.push(read.value);
  }
  return utf8.decode(chunks.length === 1 ? chunks[0] : concatenate(chunks, length));
};

const utf8 = new TextDecoder();

const concatenate = (chunks: readonly Uint8Array[], length: number): Uint8Array => {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
};

/** Returns the parsed JSON, or `undefined` if the text is not JSON. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Cancels a body that is not read: otherwise it would keep its connection open, and the process alive. */
export const cancelBody = (body: { cancel: () => Promise<void> } | null): void => {
  body?.cancel().catch(() => undefined);
};
