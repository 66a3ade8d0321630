/** CPU time of decoding a list of 10,000 files, compared with `JSON.parse` of the same text. */

import { decoder, DownloadFileInfo, ItemFileInfo } from 'rx-content-library';
import { list } from '#src/model/codec.js';
import { bench } from './support/bench.ts';
import { atMost, table } from './support/report.ts';
import { median } from './support/statistics.ts';

const FILES = 10_000;
const MAX_RATIO = 0.5;

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
  // A third of the files has a message.
  ...(index % 3 === 0
    ? { error_message: { id: 'com.example.notice', default_message: `About disk-${index}.vmdk`, args: [`disk-${index}.vmdk`] } }
    : {}),
});

const withNulls = (file: DownloadFileInfo): unknown => ({
  ...file,
  download_endpoint: null,
  checksum_info: null,
  error_message: null,
});

const itemFile = (_: unknown, index: number): ItemFileInfo => ({
  name: `disk-${index}.vmdk`,
  size: index * 4096,
  cached: true,
  version: '1',
  checksum_info,
});

/** Milliseconds of CPU time, which other processes disturb less than wall time. */
const measureCpu = (work: () => unknown): number => {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

interface Times {
  /** Milliseconds. */
  readonly parse: number;
  readonly decode: number;
}

/** Parses and decodes in turn, so that a change of load affects both. */
const decodeCase = (label: string, files: readonly unknown[], decode: (value: unknown) => { readonly _tag: string }) => {
  const text = JSON.stringify(files);
  return {
    label,
    run: (): Times => {
      let value: unknown;
      const parseTime = measureCpu(() => (value = JSON.parse(text)));
      const decodeTime = measureCpu(() => {
        if (decode(value)._tag !== 'Right') throw new Error(`${label}: the list does not decode.`);
      });
      return { parse: parseTime, decode: decodeTime };
    },
  };
};

const downloadFiles = Array.from({ length: FILES }, downloadFile);

const parseTime = (samples: readonly Times[]): number => median(samples.map(({ parse }) => parse));
const decodeTime = (samples: readonly Times[]): number => median(samples.map(({ decode }) => decode));
const timeRatio = (samples: readonly Times[]): number => decodeTime(samples) / parseTime(samples);

export default bench({
  title: `CPU time of decoding ${FILES.toLocaleString('en')} files, compared with JSON.parse`,
  rounds: 60,
  warmUpRounds: 10,
  order: 'sequential',
  setUp: () => undefined,
  cases: () => ({
    downloadFiles: decodeCase('DownloadFileInfo', downloadFiles, decoder(list(DownloadFileInfo))),
    itemFiles: decodeCase('ItemFileInfo', Array.from({ length: FILES }, itemFile), decoder(list(ItemFileInfo))),
    // Without a limit: no server is known to send this in bulk. Removing the nulls copies every file.
    nulls: decodeCase(
      'DownloadFileInfo, unset fields sent as null',
      downloadFiles.map(withNulls),
      decoder(list(DownloadFileInfo)),
    ),
  }),
  report: (rows) => [
    table('list of', rows, {
      'JSON.parse, ms (median)': ({ samples }) => parseTime(samples).toFixed(2),
      'decode, ms (median)': ({ samples }) => decodeTime(samples).toFixed(2),
      'decode to JSON.parse': ({ samples }) => timeRatio(samples).toFixed(2),
    }),
  ],
  limits: (samples) => [
    atMost('DownloadFileInfo, decode to JSON.parse', timeRatio(samples.downloadFiles), MAX_RATIO),
    atMost('ItemFileInfo, decode to JSON.parse', timeRatio(samples.itemFiles), MAX_RATIO),
  ],
});
