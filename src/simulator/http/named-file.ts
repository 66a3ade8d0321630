/** The file that a request names. */

import { decoded, parsed } from './as-sent.ts';
import type { Received } from './received.ts';

/** The file that a request names: as the last part of a link, in its query or in its body; `undefined` if it names none. */
export const namedFile = async ({ request, url, operation }: Received): Promise<string | undefined> => {
  if (operation === 'data') return decoded(url.pathname.slice(url.pathname.lastIndexOf('/') + 1));
  const field = operation === 'content.library.item.File.get' ? 'name' : 'file_name';
  const asked = url.searchParams.get(field);
  if (asked !== null || request.method !== 'POST') return asked ?? undefined;
  // The operation still has to read it.
  const body = parsed(await request.clone().text());
  if (typeof body !== 'object' || body === null) return undefined;
  const name: unknown = Reflect.get(body, field);
  return typeof name === 'string' ? name : undefined;
};
