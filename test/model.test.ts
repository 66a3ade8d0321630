import { expect, test } from '@jest/globals';
import { DownloadFileInfo, decoder } from 'rx-content-library';
import { int64 } from '#src/model/codec.js';

test('decodes', () => {
  expect(decoder(DownloadFileInfo)({ name: 'a', bytes_transferred: 0, status: 'PREPARED', size: null })._tag).toBe('Right');
  expect(int64.is(2 ** 53)).toBe(false);
  const r = decoder(DownloadFileInfo)({ name: 'a', bytes_transferred: 0, status: 'PREPARED', download_endpoint: {} });
  console.log(r);
});
