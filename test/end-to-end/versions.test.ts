/** The command against each release that the simulator has, over TLS with a pinned certificate. */

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { DownloadEvent } from 'rx-content-library';
import { createSelfSignedCertificate, nodeHash, serve } from 'rx-content-library/node';
import { createSimulator, type VCenterVersion } from 'rx-content-library/simulator';
import { command, run } from './program.ts';

const user = { username: 'administrator@vsphere.local', password: 'secret' };
const disk = Uint8Array.from({ length: 2_000_000 }, (_, index) => (index * 7919) >>> 5);

/** Each release with its preferred dialect, and the source of the files. */
const releases: readonly (readonly [VCenterVersion, 'api' | 'rest', 'session' | 'link'])[] = [
  ['6.7', 'rest', 'session'],
  ['7.0', 'api', 'session'],
  ['8.0', 'api', 'session'],
  ['9.0', 'api', 'link'],
  ['9.1', 'api', 'link'],
];

test.each(releases)(
  'lists and exports an item of vCenter %s in /%s, from a %s, though a transfer breaks, and leaves no session',
  async (version, dialect, source) => {
    const tls = createSelfSignedCertificate();
    const simulator = createSimulator({
      users: [user],
      createHash: nodeHash,
      certificate: { thumbprint: tls.thumbprint, pem: tls.cert },
      scenario: {
        version,
        preparation: { requested: 0, preparing: 100 },
        faults: [{ operation: 'data', file: 'disk.vmdk', kind: 'truncate', shape: 'length-reset', at: 1_000_000, times: 1 }],
      },
      inventory: {
        libraries: [
          {
            name: 'images',
            items: [
              {
                name: 'debian',
                type: 'ovf',
                files: [
                  { name: 'debian.ovf', content: '<Envelope/>' },
                  { name: 'disk.vmdk', content: disk },
                ],
              },
            ],
          },
        ],
      },
    });
    const server = await serve(simulator.fetch, { tls });
    const folder = await mkdtemp(join(tmpdir(), 'rx-content-library-'));
    try {
      const env = { VCENTER_URL: server.url, VCENTER_USERNAME: user.username, VCENTER_PASSWORD: user.password };
      const trusted = ['--thumbprint', tls.thumbprint, '--json'];
      const listed = await run(command, ['ls', 'images/debian', ...trusted], env);
      expect({ code: listed.code, names: listed.stdout.match(/debian\.ovf|disk\.vmdk/g) }).toEqual({
        code: 0,
        names: ['debian.ovf', 'disk.vmdk'],
      });
      const { code, stdout } = await run(command, ['export', 'images/debian', folder, ...trusted], env);
      const lines = stdout.trim().split('\n');
      const events = lines.map((line) => JSON.parse(line) as DownloadEvent);
      expect(code).toBe(0);
      expect(events[0]).toMatchObject({ type: 'opened', dialect, strategy: source });
      expect(events.filter(({ type }) => type === 'saved')).toMatchObject([{ verified: 'checksum' }, { verified: 'checksum' }]);
      expect((await readdir(folder)).sort()).toEqual(['debian.ovf', 'disk.vmdk']);
      expect(await readFile(join(folder, 'debian.ovf'), 'utf8')).toBe('<Envelope/>');
      expect((await readFile(join(folder, 'disk.vmdk'))).equals(disk)).toBe(true);
      expect(simulator).toMatchObject({ sessions: [], apiSessions: 0 });
      expect(simulator.requests.filter(({ operation }) => operation === 'data').length).toBeGreaterThan(2);
    } finally {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
  120_000,
);
