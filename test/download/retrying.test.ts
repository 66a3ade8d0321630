import { expect, test } from '@jest/globals';
import { download, vcenter, type RetryNotice } from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';
import { collect } from '../support/collect.ts';
import { ofType } from '../support/events.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { memorySink } from '../support/memory-sink.ts';
import { inventory, user } from '../support/simulated-vcenter.ts';

const operations = [
  'content.library.item.File.list',
  'content.library.item.DownloadSession.create',
  'content.library.item.DownloadSession.get',
  'content.library.item.downloadsession.File.prepare',
  'content.library.item.downloadsession.File.list',
];

/** A download whose server is busy for the first request of an operation. */
const run = (operation: string) =>
  inFakeTime(async () => {
    const simulator = createSimulator({
      inventory,
      users: [user],
      scenario: {
        faults: [{ kind: 'refusal', operation, errorType: 'SERVICE_UNAVAILABLE', times: 1, retryAfter: 3 }],
      },
    });
    const notices: RetryNotice[] = [];
    const onRetry = (retry: RetryNotice): void => void notices.push(retry);
    const server = 'https://vcenter.example.com';
    const vc = vcenter({ server, credentials: user, fetch: simulator.fetch, retry: { onRetry } });
    return { ...(await collect(download(vc, 'item-1', memorySink(), { onRetry }))), notices };
  });

test.each(operations)('a busy server is retried for %s, with a retrying event and a call of onRetry', async (operation) => {
  const { values, error, notices } = await run(operation);
  expect(error).toBeUndefined();
  const retrying = ofType(values, 'retrying');
  expect(retrying).toMatchObject([{ type: 'retrying', attempt: 1, delay: 3000, error: { _tag: 'ApiError', operation } }]);
  expect(retrying[0]).not.toHaveProperty('file');
  expect(notices).toMatchObject([{ operation, delay: 3000 }]);
});
