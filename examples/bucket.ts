/** Mirrors a library to a bucket. The store here is one in memory. */

import { S3Client } from '@aws-sdk/client-s3';
import { mirror, vcenter } from 'rx-content-library';
import { toBucket } from 'rx-content-library/s3';
import { createSimulator } from 'rx-content-library/simulator';
import { filter } from 'rxjs';
import { startMemoryS3 } from '../test/support/memory-s3.ts';

const store = await startMemoryS3({ bucket: 'images' });
const connection = {
  endpoint: store.url,
  region: 'us-east-1',
  credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
};
const simulator = createSimulator({
  inventory: {
    libraries: [
      {
        name: 'templates',
        id: 'library-1',
        items: [{ name: 'debian-12', files: [{ name: 'debian-12.iso', size: 20_000_000 }] }],
      },
    ],
  },
});
const vc = vcenter({
  server: 'https://vcenter.example.com',
  credentials: { username: 'administrator@vsphere.local', password: 'secret' },
  fetch: simulator.fetch,
});

// #region bucket
const client = new S3Client({ ...connection, forcePathStyle: true, maxAttempts: 8 });
const mirrored$ = mirror(vc, 'library-1', toBucket(client, { bucket: 'images', prefix: 'vsphere' }));
// #endregion

mirrored$
  .pipe(filter(({ type }) => type !== 'download'))
  .subscribe({ next: (event) => console.log(event), complete: () => void store.close().then(() => client.destroy()) });
