/** `content-library dashboard` runs the command of another package, which is not installed beside the sources. */

import { expect, test } from '@jest/globals';
import { command } from './command.ts';

test('without its package, dashboard exits with 2 and states how to install it', async () => {
  for (const args of [['dashboard'], ['dashboard', '--help'], ['dashboard', '--server', 'https://vcenter.example.com']]) {
    const ended = await command(args);
    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toMatch(/^UsageError: .*npm install @rx-content-library\/dashboard/);
  }
});
