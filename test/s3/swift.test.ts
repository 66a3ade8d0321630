/** The command against OpenStack Swift: interrupted at many moments, it leaves nothing incomplete. */

import { createHash } from 'node:crypto';
import { CreateBucketCommand, GetObjectCommand, ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Simulator } from 'rx-content-library/simulator';
import { codeOf, command, start } from '../cli/command.ts';
import { servedSimulator } from '../cli/served-simulator.ts';
import { scaled } from '../support/soak.ts';
import { startSwift, swiftMissing, type Swift } from '../support/swift.ts';

const missing = swiftMissing();
if (missing !== undefined && process.env['CI'] === 'true') throw new Error(missing);

/** Bytes of the large file: 24 parts in the soak. */
const size = scaled({ test: 30_000_000, soak: 200_000_000 });
const kills = scaled({ test: 3, soak: 20 });

const minutes = 60_000;

interface Manifest {
  readonly files: readonly { readonly name: string; readonly key: string; readonly bytes: number; readonly sha256: string }[];
}

(missing === undefined ? describe : describe.skip)(`Swift${missing === undefined ? '' : ` (${missing})`}`, () => {
  let swift: Swift;
  let client: S3Client;

  beforeAll(async () => {
    swift = await startSwift();
    client = new S3Client({ endpoint: swift.url, region: 'us-east-1', forcePathStyle: true, credentials: swift });
    await client.send(new CreateBucketCommand({ Bucket: 'images' }));
  }, 3 * minutes);

  afterAll(async () => {
    client?.destroy();
    await swift?.stop();
  });

  const keysIn = async () => swift.names('images');

  /** Returns the length and the SHA256 of an object. */
  const digestOf = async (Key: string) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: 'images', Key }));
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of Body as AsyncIterable<Uint8Array>) {
      bytes += chunk.byteLength;
      hash.update(chunk);
    }
    return { bytes, sha256: hash.digest('hex') };
  };

  /** Checks that every object of the bucket that is not a record is complete, and returns the manifests. */
  const assertNothingIncomplete = async (): Promise<readonly Manifest[]> => {
    const keys = await keysIn();
    const manifests: Manifest[] = [];
    for (const Key of keys.filter((key) => key.endsWith('/.content-library.json'))) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: 'images', Key }));
      const manifest = JSON.parse((await Body?.transformToString()) ?? '') as Manifest;
      for (const { key, bytes, sha256 } of manifest.files) {
        expect(keys).toContain(key);
        expect(await digestOf(key)).toEqual({ bytes, sha256 });
      }
      manifests.push(manifest);
    }
    return manifests;
  };

  const served = async () => {
    const files = [
      { name: 'disk.ovf', content: '<Envelope/>' },
      { name: 'disk.vmdk', size },
    ];
    const { env, simulator } = await servedSimulator({
      inventory: { libraries: [{ name: 'templates', id: 'lib-1', items: [{ name: 'debian', id: 'item-1', files }] }] },
    });
    const { url, accessKeyId, secretAccessKey } = swift;
    const store = {
      AWS_ENDPOINT_URL_S3: url,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    };
    return { simulator, env: { ...env, ...store } };
  };

  /**
   * Starts a mirror, and kills it when the server has sent so many bytes and the event was printed.
   * Returns true if it was killed.
   */
  const killAt = async (simulator: Simulator, env: Readonly<Record<string, string>>, bytes: number, event: string) => {
    const from = simulator.bytesServed;
    const child = start(['mirror', 'templates', 's3://images/vsphere', '--json'], { env });
    let output = '';
    child.stdout.on('data', (data: Buffer) => {
      output += data.toString();
    });
    let isRunning = true;
    child.once('exit', () => {
      isRunning = false;
    });
    while (isRunning && (simulator.bytesServed - from < Math.floor(bytes) || !output.includes(event)))
      await new Promise((resolve) => setTimeout(resolve, 1));
    child.kill('SIGKILL');
    return (await codeOf(child)) === 137;
  };

  test(
    `a mirror that is killed at ${kills} moments leaves nothing incomplete, and the next run leaves no upload`,
    async () => {
      const { simulator, env } = await served();
      let killed = 0;
      for (let index = 0; index < kills; index += 1) {
        // The last moment is after the file was completed, while the item is published.
        const isLast = index === kills - 1;
        const event = isLast ? '"type":"saved","file":"disk.vmdk"' : '"type":"planned"';
        const share = isLast ? 1 : (index + 0.5) / (kills - 1);
        if (await killAt(simulator, env, share * size, event)) killed += 1;
        await assertNothingIncomplete();
      }
      expect(killed).toBeGreaterThanOrEqual(kills - 1);
      const last = await command(['mirror', 'templates', 's3://images/vsphere'], { env });
      expect(last).toMatchObject({ code: 0 });
      const [manifest] = await assertNothingIncomplete();
      expect(manifest?.files.map(({ name, bytes }) => [name, bytes])).toEqual([
        ['disk.ovf', 11],
        ['disk.vmdk', size],
      ]);
      expect((await client.send(new ListMultipartUploadsCommand({ Bucket: 'images' }))).Uploads ?? []).toEqual([]);
      expect(await keysIn()).toHaveLength(3);
      // Swift keeps the parts of objects as objects of another container.
      expect(await swift.names('images+segments')).toHaveLength(Math.ceil(size / (8 * 1024 * 1024)));
    },
    5 * minutes,
  );

  test(
    'a second run transfers nothing, and a signal leaves no upload',
    async () => {
      const { simulator, env } = await served();
      await command(['mirror', 'templates', 's3://images/again'], { env });
      const bytes = simulator.bytesServed;
      const second = await command(['mirror', 'templates', 's3://images/again'], { env });
      expect(second).toMatchObject({ code: 0, stderr: expect.stringContaining('Nothing to do') });
      expect(simulator.bytesServed).toBe(bytes);

      const child = start(['mirror', 'templates', 's3://images/third'], { env });
      while (simulator.bytesServed - bytes < size / 2) await new Promise((resolve) => setTimeout(resolve, 1));
      child.kill('SIGTERM');
      expect(await codeOf(child)).toBe(143);
      expect((await client.send(new ListMultipartUploadsCommand({ Bucket: 'images' }))).Uploads ?? []).toEqual([]);
      expect(simulator.sessions).toEqual([]);
    },
    5 * minutes,
  );
});
