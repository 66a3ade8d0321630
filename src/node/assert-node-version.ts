/** Throws if Node.js is too old. Imported first: other modules of this folder may fail to load then. */

import { nodeVersionProblem } from '../node-version.ts';

const problem = nodeVersionProblem(process.versions.node);
if (problem !== undefined) throw new Error(problem);
