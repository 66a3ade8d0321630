import { attempt, getLibrary, withVCenter, type ContentLibraryError } from 'rx-content-library';
import { createSimulator } from 'rx-content-library/simulator';

const simulator = createSimulator();
const credentials = { username: 'administrator@vsphere.local', password: 'secret' };

// #region advice
const advice = (error: ContentLibraryError): string => {
  switch (error._tag) {
    case 'ApiError':
      return error.error_type === 'NOT_FOUND' ? 'It does not exist (any more).' : error.message;
    case 'AuthenticationError':
      return 'Log in again.';
    default:
      return error.message;
  }
};
// #endregion

withVCenter(
  { server: 'https://vcenter.example.com', credentials, fetch: simulator.fetch },
  (vc) =>
    // #region either
    getLibrary(vc, 'no-such-library').pipe(attempt()),
  // #endregion
).subscribe((library) => console.log(library._tag === 'Left' ? advice(library.left) : library.right.name));
