/** Opens a page in the browser of the user. */

import { spawn } from 'node:child_process';

/** A failure is not reported: the address is printed, too. */
export const openInBrowser = (url: string): void => {
  const [program = '', ...args] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open'];
  spawn(program, [...args, url], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
};
