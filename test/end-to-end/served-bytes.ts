/** Reads a file from the simulator with plain requests, to compare with what a client received. */

import type { Simulator } from 'rx-content-library/simulator';

/** Emits the bytes of a file of the item with this name. */
export async function* servedBytes(
  simulator: Simulator,
  user: { readonly username: string; readonly password: string },
  item: string,
  file: string,
): AsyncGenerator<Uint8Array> {
  const request = async (method: string, path: string, headers: Readonly<Record<string, string>>, body?: unknown) => {
    const response = await simulator.fetch(`https://vcenter.example.com/api${path}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  };
  const authorization = `Basic ${btoa(`${user.username}:${user.password}`)}`;
  const session = { 'vmware-api-session-id': String(await request('POST', '/session', { authorization })) };
  const items = '/content/library/item';
  const [itemId] = (await request('POST', `${items}?action=find`, session, { name: item })) as string[];
  const id = String(await request('POST', `${items}/download-session`, session, { library_item_id: itemId }));
  const files = `${items}/download-session/${id}/file`;
  await request('POST', `${files}?action=prepare`, session, { file_name: file });
  let uri: string | undefined;
  while (uri === undefined) {
    const info = (await request('GET', `${files}?file_name=${encodeURIComponent(file)}`, session)) as {
      download_endpoint?: { uri: string };
    };
    uri = info.download_endpoint?.uri;
  }
  yield* (await simulator.fetch(uri)).body ?? [];
  await request('DELETE', `${items}/download-session/${id}`, session);
  await request('DELETE', '/session', session);
}
