/** How names are compared when something is looked for. */

/** Whether a name is the one looked for, whatever the letter case; every name is if none is looked for. */
export const sameName = (name: string, wanted: string | undefined): boolean =>
  wanted === undefined || name.toLowerCase() === wanted.toLowerCase();
