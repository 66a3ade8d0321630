/** Packages of their own, which may be installed beside this one. */

import { usageError } from '../command-error.ts';

/**
 * Loads a package that may be missing.
 *
 * @param title - What the package is, at the beginning of a sentence.
 * @param load - Imports it.
 * @throws CommandError (usage) that says how to install it.
 */
export const loadOptionalPackage = async <A>(name: string, title: string, load: () => Promise<A>): Promise<A> => {
  try {
    return await load();
  } catch (thrown) {
    if (!isMissing(thrown, name)) throw thrown;
    throw usageError(
      `${title} is a package of its own, which is not installed. Install it beside this one: npm install ${name} (with --global if this one is).`,
    );
  }
};

/** A module that the package itself does not find is another error. */
const isMissing = (thrown: unknown, name: string): boolean =>
  thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_MODULE_NOT_FOUND' && thrown.message.includes(`'${name}'`);
