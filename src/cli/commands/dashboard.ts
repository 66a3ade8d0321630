/** `content-library dashboard`: runs the command of the package `@rx-content-library/dashboard`, if that is installed. */

import { loadOptionalPackage } from './optional-package.ts';

interface DashboardModule {
  readonly runDashboard: (args: readonly string[], context: { readonly name: string }) => Promise<number>;
}

/** Passes all arguments on, and returns the exit code. */
export const dashboard = async (args: readonly string[]): Promise<number> => {
  const { runDashboard } = await load();
  return runDashboard(args, { name: 'content-library dashboard' });
};

const load = (): Promise<DashboardModule> =>
  loadOptionalPackage('@rx-content-library/dashboard', 'The dashboard', async () => {
    // @ts-expect-error -- this package is not built with the dashboard, which depends on it
    return (await import('@rx-content-library/dashboard/command')) as DashboardModule;
  });
