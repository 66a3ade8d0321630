/** What the simulator of the page has, read outside of the page. */

import { download, findItems, logout, toBlob, vcenter, type VCenter } from 'rx-content-library';
import { createSimulator, type Simulator } from 'rx-content-library/simulator';
import { firstValueFrom, lastValueFrom } from 'rxjs';
import { inventory } from '../../src/app/inventory.ts';

/** Returns a connection to a simulator. */
export const connectTo = ({ fetch }: Simulator): VCenter =>
  vcenter({
    server: 'https://vcenter.example.com',
    credentials: { username: 'administrator@vsphere.local', password: 'secret' },
    fetch,
  });

/** The bytes of a file of the page's inventory, from a simulator without scenarios: the same seed generates the same bytes. */
export const bytesOf = async (itemName: string, fileName: string): Promise<Buffer> => {
  const vc = connectTo(createSimulator({ inventory }));
  const [id = ''] = await firstValueFrom(findItems(vc, { name: itemName }));
  const sink = toBlob();
  await lastValueFrom(download(vc, id, sink, { files: [fileName] }));
  await lastValueFrom(logout(vc), { defaultValue: undefined });
  return Buffer.from((await sink.blob(fileName)?.arrayBuffer()) ?? new ArrayBuffer(0));
};
