import { listLibraries, withVCenter } from 'rx-content-library';
import { createSelfSignedCertificate, nodeFetch, nodeHash, serve } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { lastValueFrom } from 'rxjs';

// #region serve
const tls = createSelfSignedCertificate({ names: ['vcenter.test'] });
const simulator = createSimulator({ certificate: { thumbprint: tls.thumbprint }, createHash: nodeHash });
const server = await serve(simulator.fetch, { tls });
console.log(`${server.url} shows sessions and requests; its certificate is ${tls.thumbprint}`);
// #endregion

const credentials = { username: 'administrator@vsphere.local', password: 'secret' };
const libraries = await lastValueFrom(
  withVCenter({ server: server.url, credentials, fetch: nodeFetch({ ca: tls.cert }) }, (vc) => listLibraries(vc)),
);
console.log(`${libraries.length} library`);
await server.close();
