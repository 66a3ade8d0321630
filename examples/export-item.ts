import { download, findItems, findLibraries, withVCenter } from 'rx-content-library';
import { toDirectory } from 'rx-content-library/node';
import { concatMap, filter } from 'rxjs';

const [libraryName = '', itemName = '', directory = '.'] = process.argv.slice(2);
const { VCENTER_URL = '', VCENTER_USERNAME = '', VCENTER_PASSWORD = '' } = process.env;

const credentials = { username: VCENTER_USERNAME, password: VCENTER_PASSWORD };

withVCenter({ server: VCENTER_URL, credentials }, (vc) =>
  findLibraries(vc, { name: libraryName }).pipe(
    concatMap(([library_id = '']) => findItems(vc, { name: itemName, library_id })),
    concatMap(([id = '']) => download(vc, id, toDirectory(directory))),
    filter((event) => event.type === 'saved'),
  ),
).subscribe({
  next: ({ path, bytes, verified }) => console.log(`${path}: ${bytes} bytes, verified: ${verified}`),
  error: (error: Error) => ((process.exitCode = 1), console.error(error.message)),
});
