/** Finds `govc`, which no package of Debian contains. */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const built = fileURLToPath(new URL('../../node_modules/.cache/govc/govc', import.meta.url));

/** The path of `govc`: the one that `scripts/build-govc.mjs` has built, else the installed one; `undefined` if there is none. */
export const findGovc = (): string | undefined => [built, 'govc'].find((program) => spawnSync(program, ['version']).status === 0);
