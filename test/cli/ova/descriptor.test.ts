import { expect, test } from '@jest/globals';
import { parseReferences } from '#src/cli/ova/descriptor.js';
import { orderByReferences, packageFilesOf } from '#src/cli/ova/package-files.js';

const envelope = (files: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<!-- a comment -->
<ovf:Envelope xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"><ovf:References>${files}</ovf:References>
<Section><File href="not-this.vmdk"/></Section></ovf:Envelope>`;

const references = (files: string) => parseReferences(Buffer.from(envelope(files)));

test('reads names and sizes in the order of the descriptor', async () => {
  expect(
    await references(
      '<ovf:File ovf:id="a" ovf:href="b &amp; c.vmdk" ovf:size="9663676416"/><ovf:File ovf:href="a.iso" ovf:size="many"/>' +
        '<ovf:File ovf:href="d.vmdk" ovf:chunkSize="100" ovf:size="250"/>',
    ),
  ).toEqual([
    { href: 'b & c.vmdk', size: 9_663_676_416, isChunked: false },
    { href: 'a.iso', isChunked: false },
    { href: 'd.vmdk', size: 250, isChunked: true },
  ]);
});

test('reads other encodings', async () => {
  const text = '<Envelope><References><File href="größe.vmdk"/></References></Envelope>';
  const expected = [{ href: 'größe.vmdk', isChunked: false }];
  expect(await parseReferences(Buffer.from(`\ufeff${text}`, 'utf16le'))).toEqual(expected);
  expect(await parseReferences(Buffer.from(`\ufeff${text}`))).toEqual(expected);
  expect(await parseReferences(Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?>${text}`, 'latin1'))).toEqual(expected);
});

test.each(['', 'text', '<Envelope><References>', '<html/>', '<Envelope>&unknown;</Envelope>'])(
  'rejects with a TypeError for %j',
  async (text) => {
    await expect(parseReferences(Buffer.from(text))).rejects.toThrow(TypeError);
  },
);

test('orders files as the references do, and the others behind them', () => {
  const names = ['extra.nvram', 'two.vmdk', 'one disk.vmdk', 'c.vmdk.000000001', 'c.vmdk.000000000'];
  const ordered = orderByReferences(names, [
    { href: './one%20disk.vmdk', size: 1, isChunked: false },
    { href: 'c.vmdk', size: 9, isChunked: true },
    { href: 'https://files.example.com/elsewhere.iso', isChunked: false },
    { href: 'two.vmdk', isChunked: false },
    { href: 'two.vmdk', isChunked: false },
  ]);
  expect(ordered).toEqual([
    { name: 'one disk.vmdk', size: 1 },
    { name: 'c.vmdk.000000000' },
    { name: 'c.vmdk.000000001' },
    { name: 'two.vmdk' },
    { name: 'extra.nvram' },
  ]);
});

test('a reference to a file that is missing is an error with exit code 6', () => {
  expect(() => orderByReferences(['a.vmdk'], [{ href: 'b.vmdk', isChunked: false }])).toThrow(
    expect.objectContaining({ code: 6, message: expect.stringMatching(/^b\.vmdk: referenced by the descriptor, but missing/) }),
  );
});

test('finds the descriptor, its manifest and its certificate', () => {
  expect(packageFilesOf(['x.mf', 'A.cert', 'd.vmdk', 'a.OVF', 'a.mf'])).toEqual({
    descriptor: 'a.OVF',
    manifest: 'a.mf',
    certificate: 'A.cert',
    others: ['x.mf', 'd.vmdk'],
  });
});

test.each([
  [['a.iso'], 2, /not OVF/],
  [['a.ovf', 'b.ovf'], 2, /2 descriptors/],
  [['a.ovf', 'a.cert'], 6, /a\.cert signs a manifest/],
])('%j is refused with exit code %d', (names, code, message) => {
  expect(() => packageFilesOf(names)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
});
