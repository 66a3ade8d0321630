/** `download` as an application calls it, from `dist`. Its only argument: `DownloadProgramOptions` of `program.ts`, as JSON. */

import { setFlagsFromString } from 'node:v8';

const { server, itemId, folder, credentials, thumbprint, force, setsYoungGeneration } = JSON.parse(process.argv[2]);
// The flag must be set before the library is loaded.
if (setsYoungGeneration) setFlagsFromString('--min-semi-space-size=8');
const { download, withVCenter } = await import('rx-content-library');
const { nodeFetch, toDirectory } = await import('rx-content-library/node');

const fetchOption = thumbprint === undefined ? {} : { fetch: nodeFetch({ thumbprint }) };
withVCenter({ server, credentials, ...fetchOption }, (vc) => download(vc, itemId, toDirectory(folder, { force }))).subscribe();
