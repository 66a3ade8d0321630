import { expect, test } from '@jest/globals';
import { download, vcenter, type DownloadEvent } from 'rx-content-library';
import { createSimulator, type Scenario } from 'rx-content-library/simulator';
import { collect } from '../support/collect.ts';
import { inFakeTime } from '../support/fake-time.ts';
import { restartableMemorySink } from '../support/memory-sink.ts';
import { inventory, preparedAtOnce, user } from '../support/simulated-vcenter.ts';

const disk = 'ubuntu disk #1.vmdk';

/** Every chunk takes longer than the time between two `progress` events. */
const slow = (body: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStream<Uint8Array<ArrayBuffer>> =>
  body.pipeThrough(
    new TransformStream({
      transform: async (chunk, controller) => {
        await new Promise((resolve) => setTimeout(resolve, 300));
        controller.enqueue(chunk);
      },
    }),
  );

const run = (scenario: Scenario) =>
  inFakeTime(async () => {
    const simulator = createSimulator({ inventory, users: [user], scenario: { preparation: preparedAtOnce, ...scenario } });
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const request = new Request(input, init);
      const response = await simulator.fetch(request);
      if (!request.url.includes('/cls/') || response.body === null) return response;
      return new Response(slow(response.body), { status: response.status, headers: response.headers });
    };
    const vc = vcenter({ server: 'https://vcenter.example.com', credentials: user, fetch, dialect: 'api' });
    return collect(download(vc, 'item-1', restartableMemorySink(), { files: [disk] }));
  });

/** Returns how often the bytes of a file fall, and how often they do so without a `retrying` event since the last growth. */
const falls = (events: readonly DownloadEvent[]) => {
  let [last, isReported, all, unreported] = [0, false, 0, 0];
  for (const event of events) {
    if (event.type === 'retrying' && event.file === disk) isReported = true;
    if (event.type !== 'progress') continue;
    if (event.received < last) {
      all += 1;
      if (!isReported) unreported += 1;
    }
    if (event.received > last) isReported = false;
    last = event.received;
  }
  return { all, unreported };
};

test.each<[string, Scenario]>([
  ['the session is lost', { faults: [{ kind: 'session-lost', operation: 'data', at: 100_000, times: 1 }] }],
  ['the connection breaks', { faults: [{ kind: 'truncate', operation: 'data', shape: 'reset', at: 100_000, times: 1 }] }],
  ['the bytes are corrupt', { faults: [{ kind: 'corrupt', operation: 'data', at: 5, times: 1 }] }],
])('a file that starts over is reported by a retrying event: %s', async (_, scenario) => {
  for (const ranges of [true, false]) {
    const { values, error } = await run({ ...scenario, data: { ranges } });
    expect(error).toBeUndefined();
    if (!ranges) expect(falls(values).all).toBeGreaterThan(0);
    expect(falls(values).unreported).toBe(0);
  }
});
