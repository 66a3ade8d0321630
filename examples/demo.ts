/** `npm start`: serves a simulated vCenter on a port, and runs the command, which exports an item from it over HTTP. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { nodeHash, serve } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';

const root = join(import.meta.dirname, '..');
const descriptor = `<?xml version="1.0"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1">
  <References>
    <File id="disk" href="ubuntu-24.04-disk1.vmdk"/>
    <File id="nvram" href="ubuntu-24.04.nvram"/>
  </References>
</Envelope>
`;

const simulator = createSimulator({
  inventory: {
    libraries: [
      {
        name: 'templates',
        items: [
          {
            name: 'ubuntu-24.04',
            type: 'ovf',
            files: [
              { name: 'ubuntu-24.04.ovf', content: descriptor },
              { name: 'ubuntu-24.04-disk1.vmdk', size: 300_000_000 },
              { name: 'ubuntu-24.04.nvram', size: 8_684 },
            ],
          },
        ],
      },
    ],
  },
  users: [{ username: 'administrator@vsphere.local', password: 'demo' }],
  createHash: nodeHash,
  scenario: { files: { 'ubuntu-24.04-disk1.vmdk': { requested: 500, preparing: 2500 } } },
});
const server = await serve(simulator.fetch);

const command = ['export', 'templates/ubuntu-24.04', 'downloads', '--force'];
console.log(`A simulated vCenter runs at ${server.url}.\n\n$ content-library ${command.join(' ')}\n`);

const child = spawn(
  process.execPath,
  ['--conditions=rx-content-library-source', '--disable-warning=ExperimentalWarning', join(root, 'src/cli/main.ts'), ...command],
  {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, VCENTER_URL: server.url, VCENTER_USERNAME: 'administrator@vsphere.local', VCENTER_PASSWORD: 'demo' },
  },
);
// The command receives Ctrl-C too; this program waits until it has cleaned up.
process.on('SIGINT', () => undefined);
const [code] = (await once(child, 'exit')) as [number | null];

console.log(`\nDownload sessions left on the vCenter: ${simulator.sessions.length}; logins left: ${simulator.apiSessions}.`);
await server.close();
process.exitCode = code ?? 1;
