/** Mirrors the libraries of two sites to one directory each, with a limit for each site. */

import { fleet } from 'rx-content-library/fleet';
import { toTree } from 'rx-content-library/node';
import { createSimulator } from 'rx-content-library/simulator';
import { filter, merge } from 'rxjs';

const siteWith = (name: string) =>
  createSimulator({
    inventory: {
      libraries: [{ name: 'templates', id: 'library-1', items: [{ name, files: [{ name: `${name}.iso`, size: 5_000_000 }] }] }],
    },
  });
const [berlin, paris] = [siteWith('debian-12'), siteWith('debian-13')];
const credentials = { username: 'administrator@vsphere.local', password: 'secret' };
const optionsOf = { berlin: { fetch: berlin.fetch }, paris: { fetch: paris.fetch } };

const mirrors = fleet();
const working = mirrors
  .work({
    sites: [
      { name: 'berlin', connect: () => ({ server: 'https://berlin.example.com', credentials, ...optionsOf.berlin }), items: 2 },
      { name: 'paris', connect: () => ({ server: 'https://paris.example.com', credentials, ...optionsOf.paris }), items: 1 },
    ],
    targets: { first: toTree('mirror/berlin'), second: toTree('mirror/paris') },
  })
  .subscribe();
merge(
  mirrors.mirror({ name: 'templates of berlin', site: 'berlin', libraryId: 'library-1', target: 'first' }),
  mirrors.mirror({ name: 'templates of paris', site: 'paris', libraryId: 'library-1', target: 'second' }),
)
  .pipe(filter(({ type }) => type !== 'progress'))
  .subscribe({ next: (event) => console.log(event), complete: () => working.unsubscribe() });
