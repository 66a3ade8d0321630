/** Reads the body of a request into memory, up to a limit. */

/** Bytes that are read and discarded of a body that is too large: a client that cannot send all of it may not read the response. */
const MAX_DISCARDED = 64 * 1024 * 1024;

/** Returns `undefined` if the body has more bytes than `limit`. */
export const readBody = async (request: Request, limit: number): Promise<Uint8Array<ArrayBuffer> | undefined> => {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > limit + MAX_DISCARDED) return undefined;
    if (size > limit) chunks.length = 0;
    else chunks.push(chunk);
  }
  if (size > limit) return undefined;
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
};

/** Returns the body as a JSON object; `undefined` if it is none, or has more bytes than `limit`. */
export const readJsonObject = async (request: Request, limit: number): Promise<Readonly<Record<string, unknown>> | undefined> => {
  const bytes = await readBody(request, limit);
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
};
