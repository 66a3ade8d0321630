import { expect, test } from '@jest/globals';
import { download, logout, vcenter } from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';
import { collectValues } from '../support/collect.ts';
import { operationNames, preparedAtOnce, simulatedVCenter, user } from '../support/simulated-vcenter.ts';
import { memorySink } from '../support/memory-sink.ts';

const item = (count: number) => ({
  libraries: [
    {
      name: 'l',
      items: [
        { name: 'i', id: 'item-1', files: Array.from({ length: count }, (_, at) => ({ name: `${at}.bin`, size: 10_240 })) },
      ],
    },
  ],
});

const counted = (asked: readonly string[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const operation of asked) counts[operation] = (counts[operation] ?? 0) + 1;
  return counts;
};

test('two hundred files take two requests each, and six for all from the login to the end of the session', async () => {
  const { simulator, vc } = simulatedVCenter('api', { inventory: item(200) });
  await collectValues(download(vc, 'item-1', memorySink(), { concurrency: 8 }));
  await collectValues(logout(vc));
  expect(counted(operationNames(simulator))).toEqual({
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

test('a server whose answers do not tell the time is asked for it', async () => {
  const simulator = createSimulator({ inventory: item(1), users: [user], scenario: { preparation: preparedAtOnce } });
  const timeless: typeof globalThis.fetch = async (input, init) => {
    const answer = await simulator.fetch(input, init);
    answer.headers.delete('date');
    return answer;
  };
  const vc = vcenter({ server: 'https://vcenter.example.com', credentials: user, fetch: timeless });
  const events = await collectValues(download(vc, 'item-1', memorySink()));
  expect(events.at(-1)).toMatchObject({ type: 'closed', files: 1 });
  expect(counted(operationNames(simulator))).toMatchObject({ 'cis.Session.get': 1 });
});
