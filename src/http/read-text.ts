/** Reads the text of an answer, and no more of it than belongs there. */

/** The text of at most so many bytes, or nothing if there are more. What was announced is not relied on: it counts compressed bytes. */
export const readText = async (response: Response, limit: number): Promise<string | undefined> => {
  if (response.body === null) return '';
  if (Number(response.headers.get('content-length')) > limit) return void cancelBody(response.body);
  const reader = response.body.getReader();
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    bytes += part.value.byteLength;
    if (bytes > limit) return void cancelBody(reader);
    parts.push(part.value);
  }
  return utf8.decode(parts.length === 1 ? parts[0] : joined(parts, bytes));
};

const utf8 = new TextDecoder();

const joined = (parts: readonly Uint8Array[], length: number): Uint8Array => {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
};

/** A body that nobody reads would hold its connection, and with it the process. */
export const cancelBody = (body: { cancel: () => Promise<void> } | null): void => {
  body?.cancel().catch(() => undefined);
};
