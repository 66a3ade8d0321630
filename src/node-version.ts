/** Checks the version of Node.js, before a module is loaded that needs a newer one. */

/** Major and minor version, as in `engines` of package.json. */
const [MIN_MAJOR, MIN_MINOR] = [22, 12];

/** Returns a message for a version that is too old; `undefined` for the others. */
export const nodeVersionProblem = (version: string): string | undefined => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > MIN_MAJOR || (major === MIN_MAJOR && minor >= MIN_MINOR)) return undefined;
  return `rx-content-library needs Node.js ${MIN_MAJOR}.${MIN_MINOR} or newer, and this is ${version}. Install a newer one from https://nodejs.org.`;
};
