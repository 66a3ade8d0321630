import { download, withVCenter, type Sink } from 'rx-content-library';
import { nodeHash } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';

const simulator = createSimulator({
  inventory: {
    libraries: [{ name: 'notes', items: [{ name: 'hello', id: 'item-1', files: [{ name: 'hello.txt', content: 'Hello.' }] }] }],
  },
});
const credentials = { username: 'administrator@vsphere.local', password: 'secret' };

// #region sink
const sink: Sink = {
  createHash: nodeHash,
  open: async ({ name }) => {
    const chunks: Uint8Array[] = [];
    return {
      write: (bytes) => void chunks.push(bytes),
      commit: async ({ verified }) => console.log(`${name}: ${Buffer.concat(chunks).byteLength} bytes, verified: ${verified}`),
      discard: async () => console.log(`${name}: failed, nothing kept`),
    };
  },
};
// #endregion

withVCenter({ server: 'https://vcenter.example.com', credentials, fetch: simulator.fetch }, (vc) =>
  download(vc, 'item-1', sink),
).subscribe();
