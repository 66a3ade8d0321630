/** The list of exports without a server: rows that keep their identity, and a paused export that goes on with its bytes. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toBlob, vcenter, type BlobSink } from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';
import { filter, firstValueFrom } from 'rxjs';
import { createExportList } from '../../shared/export-list.ts';
import type { ExportsState } from '../../shared/exports.ts';

const size = 400_000;

const start = () => {
  const simulator = createSimulator({
    inventory: {
      libraries: [
        {
          name: 'isos',
          items: ['one', 'two'].map((name) => ({ name, id: name, files: [{ name: `${name}.iso`, size }] })),
        },
      ],
    },
    scenario: { preparation: { requested: 0, preparing: 0 }, data: { bytesPerSecond: 400_000 } },
  });
  const credentials = { username: 'administrator@vsphere.local', password: 'secret' };
  const sinks = new Map<string, BlobSink>();
  const list = createExportList(vcenter({ server: 'https://vcenter.example.com', credentials, fetch: simulator.fetch }), {
    pathOf: (library, item) => `${library}/${item}`,
    toSink: ({ path }) => {
      assert.equal(sinks.has(path), false, 'one sink for each export');
      const sink = toBlob();
      sinks.set(path, sink);
      return sink;
    },
  });
  const until = (is: (state: ExportsState) => boolean) => firstValueFrom(list.state$.pipe(filter(is)));
  return { simulator, sinks, list, until };
};

const receivedBy = ({ rows }: ExportsState, index: number): number => rows[index]?.progress?.received ?? 0;

test('a paused export in memory goes on after the bytes that it has', async () => {
  const { simulator, sinks, list, until } = start();
  const id = await list.add('one', undefined);
  await until((state) => receivedBy(state, 0) > 50_000);
  assert.equal(list.pause(id), true);
  const { rows } = await until(({ totals }) => totals.counts.paused === 1);
  const before = simulator.requests.length;
  assert.equal(list.resume(id), true);
  const waiting = await until(({ totals }) => totals.counts.paused === 0);
  assert.ok(receivedBy(waiting, 0) >= (rows[0]?.progress?.received ?? size), 'the bytes stay while it waits');
  const saved = await until(({ totals }) => totals.counts.saved === 1);
  assert.equal(receivedBy(saved, 0), size);
  assert.equal(sinks.get('isos/one')?.blob('one.iso')?.size, size);
  const data = simulator.requests.slice(before).filter(({ operation }) => operation === 'data');
  assert.deepEqual(
    data.map(({ status }) => status),
    [206],
  );
  await list.close();
});

test('a row that has not changed is the same object, also when another one moves', async () => {
  const { list, until } = start();
  await list.add('one', undefined);
  await until(({ totals }) => totals.counts.saved === 1);
  await list.add('two', undefined);
  const first = await until((state) => receivedBy(state, 1) > 50_000);
  const second = await until((state) => receivedBy(state, 1) > receivedBy(first, 1));
  assert.equal(second.rows[0], first.rows[0]);
  assert.notEqual(second.rows[1], first.rows[1]);
  await list.close();
});
