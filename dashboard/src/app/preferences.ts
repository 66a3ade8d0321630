/** Choices of the user that the browser keeps. */

/** Returns what the browser has kept under this name; `undefined` if there is nothing, or no storage. */
export const readPreference = (name: string): string | undefined => {
  try {
    return localStorage.getItem(`content-library-dashboard.${name}`) ?? undefined;
  } catch {
    return undefined;
  }
};

/** Without storage, the choice lasts until the page is closed. */
export const writePreference = (name: string, value: string): void => {
  try {
    localStorage.setItem(`content-library-dashboard.${name}`, value);
  } catch {
    // See above.
  }
};
