import { createHash } from 'node:crypto';
import { mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { expect, test } from '@jest/globals';
import { inventoryFromDirectory, type DirectoryInventory } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { asArray, callAs, field, logIn } from '../simulator/call.ts';
import { temporaryDirectory } from './temporary.ts';

const disk = Buffer.from(Array.from({ length: 700_001 }, (_, index) => (index * 7) % 251));

const directory = async (): Promise<string> => {
  const root = await temporaryDirectory();
  await mkdir(join(root, 'Templates/debian/deeper'), { recursive: true });
  await mkdir(join(root, 'Images/.hidden'), { recursive: true });
  await writeFile(join(root, 'Templates/debian/debian.ovf'), '<Envelope/>');
  await writeFile(join(root, 'Templates/debian/debian-1.vmdk'), disk);
  await writeFile(join(root, 'Templates/debian/.note'), 'not for others');
  await writeFile(join(root, 'Templates/debian/deeper/left-out'), 'too deep');
  await writeFile(join(root, 'Images/alpine.ISO'), 'image');
  await symlink(join(root, 'Images/alpine.ISO'), join(root, 'Images/notes'));
  await writeFile(join(root, 'in-no-library'), 'x');
  return root;
};

test('folders become libraries, their folders items, and single files items of their own', async () => {
  const { libraries } = await inventoryFromDirectory(await directory());
  const summary = libraries.map(({ name, items }) => ({
    name,
    items: items.map((item) => ({ ...item, files: item.files.map((file) => `${file.name} ${file.size}`) })),
  }));
  expect(summary).toEqual([
    {
      name: 'Images',
      items: [
        { name: 'alpine', type: 'iso', files: ['alpine.ISO 5'] },
        { name: 'notes', files: ['notes 5'] },
      ],
    },
    {
      name: 'Templates',
      items: [{ name: 'debian', type: 'ovf', files: ['debian-1.vmdk 700001', 'debian.ovf 11'] }],
    },
  ]);
});

test('a missing directory is an error', async () => {
  await expect(inventoryFromDirectory(join(await temporaryDirectory(), 'nowhere'))).rejects.toMatchObject({ code: 'ENOENT' });
});

/** A download session for the item `debian`, with its files ready. */
const download = async (root: string, change = (inventory: DirectoryInventory) => inventory) => {
  const simulator = createSimulator({
    inventory: change(await inventoryFromDirectory(root)),
    scenario: { preparation: { requested: 0, preparing: 0 } },
  });
  const call = callAs(simulator, 'api', String((await logIn(simulator, 'api')).json));
  const [item] = asArray((await call('content.library.Item.find', { name: 'debian' })).json);
  const { json: session } = await call('content.library.item.DownloadSession.create', { item });
  const get = async (file: string) => (await call('content.library.item.downloadsession.File.get', { session, file })).json;
  const linkOf = async (file: string): Promise<string> => {
    const { json } = await call('content.library.item.downloadsession.File.prepare', { session, file });
    return String(field(json, 'download_endpoint', 'uri'));
  };
  return { simulator, get, linkOf };
};

test('serves its files completely and in byte ranges, with their checksums', async () => {
  const { simulator, get, linkOf } = await download(await directory());
  const link = await linkOf('debian-1.vmdk');
  const bytes = async (headers: Record<string, string> = {}) =>
    Buffer.from(await (await simulator.fetch(link, { headers })).arrayBuffer());
  for (const [first, last] of [
    [0, 0],
    [262_143, 262_144],
    [699_990, 700_000],
  ] as const)
    expect(await bytes({ range: `bytes=${first}-${last}` })).toEqual(disk.subarray(first, last + 1));
  expect((await bytes()).equals(disk)).toBe(true);
  expect(field(await get('debian-1.vmdk'), 'checksum_info', 'checksum')).toBe(createHash('sha1').update(disk).digest('hex'));
});

test('a cancelled read closes the file', async () => {
  const opened: Readable[] = [];
  const watched = ({ libraries }: DirectoryInventory) => ({
    libraries: libraries.map((library) => ({
      ...library,
      items: library.items.map((item) => ({
        ...item,
        files: item.files.map((file) => ({
          ...file,
          open: (start: number, end: number) => {
            const stream = file.open(start, end) as Readable;
            opened.push(stream);
            return stream;
          },
        })),
      })),
    })),
  });
  const { simulator, linkOf } = await download(await directory(), watched);
  const reader = (await simulator.fetch(await linkOf('debian-1.vmdk'))).body?.getReader();
  expect(opened).toEqual([]);
  expect((await reader?.read())?.value?.length).toBe(262_144);
  expect(opened.map(({ destroyed }) => destroyed)).toEqual([false]);
  await reader?.cancel();
  expect(opened.map(({ destroyed }) => destroyed)).toEqual([true]);
});

test('a truncated or deleted file ends its transfer with an error', async () => {
  const root = await directory();
  const { simulator, linkOf } = await download(root);
  const link = await linkOf('debian-1.vmdk');
  await truncate(join(root, 'Templates/debian/debian-1.vmdk'), 300_000);
  await expect((await simulator.fetch(link)).arrayBuffer()).rejects.toThrow(
    'ends 400001 bytes before the size that its inventory',
  );
  await rm(join(root, 'Templates/debian/debian-1.vmdk'));
  await expect((await simulator.fetch(link)).arrayBuffer()).rejects.toMatchObject({ code: 'ENOENT' });
});

test('a file that has grown is served up to its original size', async () => {
  const root = await directory();
  const { simulator, linkOf } = await download(root);
  const link = await linkOf('debian.ovf');
  await writeFile(join(root, 'Templates/debian/debian.ovf'), '<Envelope/><!-- more -->');
  expect(await (await simulator.fetch(link)).text()).toBe('<Envelope/>');
});
