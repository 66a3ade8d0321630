/** An item whose content is replaced while it is downloaded, from a server that states no checksums. */

import { describe, expect, test } from '@jest/globals';
import { download, vcenter, type Sink } from 'rx-content-library';
import { createSimulator, type VCenterVersion } from 'rx-content-library/simulator';
import { collect } from '../support/collect.ts';
import { ofType } from '../support/events.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { memorySink, restartableMemorySink } from '../support/memory-sink.ts';
import { preparedAtOnce, user } from '../support/simulated-vcenter.ts';

const size = 3000;
const inventory = {
  libraries: [
    { name: 'l', items: [{ name: 'i', id: 'item-1', contentVersion: '1', files: [{ name: 'a.iso', size, version: '1' }] }] },
  ],
};

interface Case {
  readonly version?: VCenterVersion;
  /** Headers of the responses with bytes of the first and of the second content. */
  readonly validators?: readonly [Readonly<Record<string, string>>, Readonly<Record<string, string>>];
  /** Where the server shows the change. @default both */
  readonly seenIn?: 'item' | 'list' | 'nowhere';
  /** When the content is replaced. */
  readonly when?: 'at the break' | 'after the last byte' | 'never';
  readonly sink?: Sink & { readonly files: ReadonlyMap<string, Uint8Array> };
  /** Length of the second content. */
  readonly secondSize?: number;
}

/** The connection breaks after 1000 bytes. The first content is all 1, the second all 2. */
const run = async ({
  version = '8.0',
  validators = [{}, {}],
  seenIn,
  when = 'at the break',
  sink = restartableMemorySink(),
  secondSize = size,
}: Case) => {
  const simulator = createSimulator({
    inventory,
    users: [user],
    scenario: { version, preparation: { ...preparedAtOnce, sizeKnown: 'never' }, checksums: 'none' },
  });
  let isReplaced = false;
  let hasBroken = false;
  const paths: string[] = [];
  const dataResponse = (range: string | null): Response => {
    const from = Number(/^bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
    const total = isReplaced ? secondSize : size;
    const headers = new Headers(validators[isReplaced ? 1 : 0]);
    const bytes = new Uint8Array(Math.max(0, total - from)).fill(isReplaced ? 2 : 1);
    if (from >= total) return new Response(null, { status: 416, headers: { 'content-range': `bytes */${total}` } });
    if (range !== null) headers.set('content-range', `bytes ${from}-${total - 1}/${total}`);
    if (hasBroken) {
      isReplaced ||= when === 'after the last byte';
      return new Response(bytes, { status: range === null ? 200 : 206, headers });
    }
    hasBroken = true;
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        controller.enqueue(bytes.subarray(0, 1000));
        controller.close();
        isReplaced ||= when === 'at the break';
      },
    });
    headers.set('content-length', String(size));
    return new Response(broken as BodyInit, { headers });
  };
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    paths.push(`${request.method} ${new URL(request.url).pathname}`);
    if (request.url.includes('/cls/')) return dataResponse(request.headers.get('range'));
    const response = await simulator.fetch(request);
    if (!isReplaced || seenIn === 'nowhere') return response;
    const text = await response.text();
    const changed = request.url.includes('/file') && seenIn !== 'item' ? text.replaceAll('"version":"1"', '"version":"2"') : text;
    const replaced = seenIn === 'list' ? changed : changed.replaceAll('content_version":"1"', 'content_version":"2"');
    return new Response(replaced, { status: response.status, headers: response.headers });
  };
  const vc = vcenter({ server: 'https://vcenter.example.com', credentials: user, fetch, dialect: 'api' });
  const { values, error } = await inFakeTime(() => collect(download(vc, 'item-1', sink)));
  return { error, paths, saved: ofType(values, 'saved'), bytes: sink.files.get('a.iso') };
};

const all = (value: number): Uint8Array => new Uint8Array(size).fill(value);

describe('a file whose content is replaced when its connection breaks starts over', () => {
  test.each<[string, NonNullable<Case['validators']>]>([
    ['weak ETags', [{ etag: 'W/"a"' }, { etag: 'W/"b"' }]],
    ['strong ETags that If-Range is ignored for', [{ etag: '"a"' }, { etag: '"b"' }]],
    ['a strong and a weak ETag', [{ etag: '"a"' }, { etag: 'W/"b"' }]],
    ['dates', [{ 'last-modified': 'Mon, 23 Nov 2026 00:00:00 GMT' }, { 'last-modified': 'Tue, 24 Nov 2026 00:00:00 GMT' }]],
  ])('if the server sends other %s', async (_, validators) => {
    const { error, bytes } = await run({ validators, seenIn: 'nowhere' });
    expect(error).toBeUndefined();
    expect(Buffer.from(bytes ?? []).equals(all(2))).toBe(true);
  });

  test('if the file has another length', async () => {
    const { error, bytes } = await run({ seenIn: 'nowhere', secondSize: 5000 });
    expect(error).toBeUndefined();
    expect(Buffer.from(bytes ?? []).equals(new Uint8Array(5000).fill(2))).toBe(true);
  });
});

describe('a file of two contents is never saved without validators', () => {
  const versions: readonly VCenterVersion[] = ['7.0', '8.0', '9.0'];
  const cases = versions.flatMap((version) =>
    (['at the break', 'after the last byte'] as const).flatMap((when) =>
      ([undefined, 'item', 'list'] as const).map((seenIn) => ({ version, when, seenIn })),
    ),
  );

  test.each(cases)('$version, replaced $when, seen in $seenIn', async ({ version, when, seenIn }) => {
    const { error, saved, bytes } = await run({ version, when, ...(seenIn === undefined ? {} : { seenIn }) });
    // Over a link, a change that only the list shows leads to a session, from which the file starts over.
    if (error === undefined) expect(Buffer.from(bytes ?? []).equals(all(2))).toBe(true);
    else {
      expect(error).toMatchObject({ _tag: 'LeaseError', ending: 'failed' });
      expect(String(error)).toContain('the item changed');
      expect(saved).toEqual([]);
      expect(bytes).toBeUndefined();
    }
  });

  test.each(versions)('equal weak ETags are no proof, in %s', async (version) => {
    const { error, bytes } = await run({ version, validators: [{ etag: 'W/"a"' }, { etag: 'W/"a"' }] });
    expect(error).toMatchObject({ _tag: 'LeaseError' });
    expect(bytes).toBeUndefined();
  });

  test('also in a sink that cannot start over', async () => {
    for (const version of versions) {
      const { error, bytes } = await run({ version, sink: memorySink() });
      expect(error).toMatchObject({ _tag: expect.stringMatching(/LeaseError|TransportError/) });
      expect(bytes).toBeUndefined();
    }
  });
});

test('an unchanged file that was resumed without validators is saved after the versions are read again', async () => {
  const { error, bytes, paths } = await run({ when: 'never' });
  expect(error).toBeUndefined();
  expect(Buffer.from(bytes ?? []).equals(all(1))).toBe(true);
  expect(paths.filter((path) => path === 'GET /api/content/library/item/item-1')).toHaveLength(1);
});

test('a file that was resumed by a strong ETag needs no further request', async () => {
  const { error, paths } = await run({ when: 'never', validators: [{ etag: '"a"' }, {}] });
  expect(error).toBeUndefined();
  expect(paths).not.toContain('GET /api/content/library/item/item-1');
});
