/** CONTRIBUTING.md shows the layers as they are. */

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { descriptions, layers } from '../support/layers.ts';
import { root } from './markdown.ts';

test('every module is described, in the order of the layers', () => {
  expect(Object.values(descriptions).flatMap((modules) => Object.keys(modules))).toEqual(Object.keys(layers));
});

test('the diagram and the table in CONTRIBUTING.md match the imports of src', () => {
  expect(() => execFileSync(process.execPath, [join(root, 'scripts/layers.mjs')], { stdio: 'pipe' })).not.toThrow();
});
