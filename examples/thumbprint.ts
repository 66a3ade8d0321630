import { listLibraries, withVCenter } from 'rx-content-library';
import { createSelfSignedCertificate, nodeFetch, serve } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { lastValueFrom } from 'rxjs';

const tls = createSelfSignedCertificate();
const vcenter = await serve(createSimulator().fetch, { tls });
const server = vcenter.url;
const credentials = { username: 'administrator@vsphere.local', password: 'secret' };
const { thumbprint } = tls;

// #region thumbprint
const fetch = nodeFetch({ thumbprint });
const ids = await lastValueFrom(withVCenter({ server, credentials, fetch }, (vc) => listLibraries(vc)));
// #endregion
console.log(ids);
await vcenter.close();
