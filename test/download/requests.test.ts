import { expect, test } from '@jest/globals';
import { download, logout, vcenter } from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';
import { collectValues } from '../support/collect.ts';
import { memorySink } from '../support/memory-sink.ts';
import { operationNames, preparedAtOnce, simulatedVCenter, user } from '../support/simulated-vcenter.ts';

const inventoryOf = (count: number) => ({
  libraries: [
    {
      name: 'l',
      items: [
        { name: 'i', id: 'item-1', files: Array.from({ length: count }, (_, at) => ({ name: `${at}.bin`, size: 10_240 })) },
      ],
    },
  ],
});

const countByName = (operations: readonly string[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const operation of operations) counts[operation] = (counts[operation] ?? 0) + 1;
  return counts;
};

test('two hundred files take two requests each, and seven in total from login to logout', async () => {
  const { simulator, vc } = simulatedVCenter('api', { inventory: inventoryOf(200) });
  await collectValues(download(vc, 'item-1', memorySink(), { concurrency: 8 }));
  await collectValues(logout(vc));
  expect(countByName(operationNames(simulator))).toEqual({
    'cis.Session.create': 1,
    'content.library.item.File.list': 1,
    'content.library.item.DownloadSession.create': 1,
    'content.library.item.DownloadSession.get': 1,
    'content.library.item.downloadsession.File.list': 1,
    'content.library.item.downloadsession.File.prepare': 200,
    data: 200,
    'content.library.item.DownloadSession.delete': 1,
    'cis.Session.delete': 1,
  });
});

test('the time of the server is read from the API session if responses have no Date', async () => {
  const simulator = createSimulator({ inventory: inventoryOf(1), users: [user], scenario: { preparation: preparedAtOnce } });
  const withoutDate: typeof globalThis.fetch = async (input, init) => {
    const response = await simulator.fetch(input, init);
    response.headers.delete('date');
    return response;
  };
  const vc = vcenter({ server: 'https://vcenter.example.com', credentials: user, fetch: withoutDate });
  const events = await collectValues(download(vc, 'item-1', memorySink()));
  expect(events.at(-1)).toMatchObject({ type: 'closed', files: 1 });
  expect(countByName(operationNames(simulator))).toMatchObject({ 'cis.Session.get': 1 });
});
