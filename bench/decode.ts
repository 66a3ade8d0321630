/**
 * What decoding costs: a list of 10,000 files, against `JSON.parse` of the same text. Fails if it costs more than half.
 * `npm run bench:decode`
 */

import { cpus } from 'node:os';
import { decoder, DownloadFileInfo, ItemFileInfo } from 'rx-content-library';
import { list } from '#src/model/codec.js';

const files = 10_000;
const rounds = 60;
const warmUp = 10;
const mostAllowed = 0.5;

const checksum_info = { algorithm: 'SHA1', checksum: '2fd4e1c67a2d28fced849ee1bb76e7391b93eb12' } as const;

const downloadFile = (_: unknown, index: number): DownloadFileInfo => ({
  name: `disk-${index}.vmdk`,
  size: index * 4096,
  bytes_transferred: index * 4096,
  status: 'PREPARED',
  download_endpoint: {
    uri: `https://vcenter.example.com:443/cls/data/6f1c1f5e-8f4a-4b3c-9d2e-1a2b3c4d5e6f/disk-${index}.vmdk`,
    ssl_certificate_thumbprint: 'AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD',
  },
  checksum_info,
  // A third of them has something to say.
  ...(index % 3 === 0
    ? { error_message: { id: 'com.example.said', default_message: `About disk-${index}.vmdk`, args: [`disk-${index}.vmdk`] } }
    : {}),
});

const itemFile = (_: unknown, index: number): ItemFileInfo => ({
  name: `disk-${index}.vmdk`,
  size: index * 4096,
  cached: true,
  version: '1',
  checksum_info,
});

const median = (times: readonly number[]): number => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;

/** Milliseconds of processor time, which other processes do not lengthen as they do the clock's. */
const cost = (work: () => unknown): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

/** The two take turns, so that whatever else the machine does befalls both. */
const compare = (text: string, decode: (value: unknown) => { readonly _tag: string }) => {
  const parsing: number[] = [];
  const decoding: number[] = [];
  for (let round = 0; round < warmUp + rounds; round += 1) {
    let value: unknown;
    const parse = cost(() => (value = JSON.parse(text)));
    const read = cost(() => {
      if (decode(value)._tag !== 'Right') throw new Error('The list does not decode.');
    });
    if (round < warmUp) continue;
    parsing.push(parse);
    decoding.push(read);
  }
  return { parse: median(parsing), decode: median(decoding) };
};

const nullsFor = (file: DownloadFileInfo): unknown => ({
  ...file,
  download_endpoint: null,
  checksum_info: null,
  error_message: null,
});

const rows = [
  ['DownloadFileInfo', Array.from({ length: files }, downloadFile), decoder(list(DownloadFileInfo)), mostAllowed],
  ['ItemFileInfo', Array.from({ length: files }, itemFile), decoder(list(ItemFileInfo)), mostAllowed],
  // Nothing is asked of this one: no server is known to send it in bulk. Taking the nulls out copies every file.
  [
    'DownloadFileInfo, unset fields sent as null',
    Array.from({ length: files }, downloadFile).map(nullsFor),
    decoder(list(DownloadFileInfo)),
    Infinity,
  ],
] as const;

console.log(
  `Node ${process.version}, ${cpus().length} cores of ${cpus()[0]?.model ?? 'an unknown kind'}, median of ${rounds} rounds\n`,
);
console.log(`| ${files} of | JSON.parse, ms | decode, ms | ratio | at most |\n|---|---|---|---|---|`);
for (const [name, value, decode, most] of rows) {
  const { parse, decode: read } = compare(JSON.stringify(value), decode);
  const ratio = read / parse;
  console.log(`| ${name} | ${parse.toFixed(2)} | ${read.toFixed(2)} | ${ratio.toFixed(2)} | ${most === Infinity ? '-' : most} |`);
  if (ratio > most) process.exitCode = 1;
}
