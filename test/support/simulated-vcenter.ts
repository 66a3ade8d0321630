import { vcenter, type Dialect, type VCenter, type VCenterOptions } from 'rx-content-library';
import { createSimulator, type Simulator, type SimulatorOptions } from 'rx-content-library/simulator';

/** The password has characters that URLs and headers encode. */
export const user = { username: 'administrator@vsphere.local', password: 'Hunter2-über/secret?' };

/** One library with one item of three files, with fixed identifiers. */
export const inventory = {
  libraries: [
    {
      name: 'templates',
      id: 'library-1',
      items: [
        {
          name: 'ubuntu',
          id: 'item-1',
          type: 'ovf',
          contentVersion: '7',
          files: [
            { name: 'ubuntu.ovf', content: '<Envelope/>' },
            { name: 'ubuntu disk #1.vmdk', size: 300_000 },
            { name: 'ubuntu.nvram', content: 'nvram' },
          ],
        },
      ],
    },
  ],
} as const;

/** Files are prepared by the first request for them. */
export const preparedAtOnce = { requested: 0, preparing: 0 } as const;

/** A simulator and a client connected to it through `fetch`, without a socket. */
export const simulatedVCenter = (
  dialect: Dialect | 'auto' = 'auto',
  options: SimulatorOptions = {},
  connection: Partial<VCenterOptions> = {},
): { simulator: Simulator; vc: VCenter } => {
  const simulator = createSimulator({ inventory, users: [user], scenario: { preparation: preparedAtOnce }, ...options });
  const vc = vcenter({
    server: 'https://vcenter.example.com',
    credentials: user,
    dialect,
    fetch: simulator.fetch,
    ...connection,
  });
  return { simulator, vc };
};

/** The names of the operations that were requested, in order. */
export const operationNames = ({ requests }: Simulator): readonly string[] => requests.map(({ operation }) => operation);
