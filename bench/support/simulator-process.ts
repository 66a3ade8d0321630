/** The process of a simulator, started by `startSimulator`. */

import { createSelfSignedCertificate, nodeHash, serve } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { serveInChild, user, type SimulatorAddress, type SimulatorProcessOptions } from './server.ts';

await serveInChild<SimulatorAddress, SimulatorProcessOptions>(async ({ items, scenario, isTls, countsRequests }) => {
  const simulator = createSimulator({
    createHash: nodeHash,
    users: [user],
    inventory: { libraries: [{ name: 'bench', items }] },
    ...(scenario === undefined ? {} : { scenario }),
  });
  const tls = isTls === true ? createSelfSignedCertificate() : undefined;
  const { url } = await serve(simulator.fetch, tls === undefined ? {} : { tls });
  const address = { url, cert: tls?.cert ?? '', thumbprint: tls?.thumbprint ?? '' };
  if (countsRequests !== true) return { address };

  let counts: Record<string, number> = {};
  simulator.requests$.subscribe(({ operation }) => {
    counts[operation] = (counts[operation] ?? 0) + 1;
  });
  const takeRequestCounts = () => {
    const taken = counts;
    counts = {};
    return taken;
  };
  return { address, takeRequestCounts };
});
