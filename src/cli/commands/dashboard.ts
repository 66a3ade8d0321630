/** `content-library dashboard`: runs the command of the package `@rx-content-library/dashboard`, if that is installed. */

import { usageError } from '../command-error.ts';

interface DashboardModule {
  readonly runDashboard: (args: readonly string[], context: { readonly name: string }) => Promise<number>;
}

/** Passes all arguments on, and returns the exit code. */
export const dashboard = async (args: readonly string[]): Promise<number> => {
  const { runDashboard } = await load();
  return runDashboard(args, { name: 'content-library dashboard' });
};

const load = async (): Promise<DashboardModule> => {
  try {
    // @ts-expect-error -- this package is not built with the dashboard, which depends on it
    return (await import('@rx-content-library/dashboard/command')) as DashboardModule;
  } catch (thrown) {
    if (!isMissing(thrown)) throw thrown;
    throw usageError(
      'The dashboard is a package of its own, which is not installed. Install it beside this one: npm install @rx-content-library/dashboard (with --global if this one is).',
    );
  }
};

/** A module that the dashboard itself does not find is another error. */
const isMissing = (thrown: unknown): boolean =>
  thrown instanceof Error &&
  'code' in thrown &&
  thrown.code === 'ERR_MODULE_NOT_FOUND' &&
  thrown.message.includes("'@rx-content-library/dashboard'");
