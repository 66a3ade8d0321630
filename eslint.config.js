/** Rules that find defects. Layout is prettier's; imports between layers are checked by test/architecture.test.ts. */

import js from '@eslint/js';
import perfectionist from 'eslint-plugin-perfectionist';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** A disabled rule needs its reason: `// eslint-disable-next-line some-rule -- because …`. */
const reasons = {
  rules: {
    given: {
      meta: { type: 'problem', schema: [] },
      create: ({ sourceCode, report }) => ({
        Program: () => {
          for (const comment of sourceCode.getAllComments())
            if (/^\s*eslint-disable/.test(comment.value) && !/\s--\s+\S/.test(comment.value))
              report({ loc: comment.loc, message: 'Give the reason after " -- ".' });
        },
      }),
    },
  },
};

/** Node's modules, packages, `#src`, then relative files from far to near; one block, types beside values. */
const importOrder = {
  'perfectionist/sort-imports': [
    'error',
    { groups: ['builtin', 'external', 'subpath', 'parent', 'sibling', 'index'], newlinesBetween: 0, internalPattern: [] },
  ],
  'perfectionist/sort-named-imports': ['error', { groups: ['value-import', 'type-import'] }],
};

export default defineConfig(
  { ignores: ['**/dist/', 'downloads/'] },
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { perfectionist, reasons },
    rules: { 'reasons/given': 'error', ...importOrder },
  },
  js.configs.recommended,
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: { Buffer: 'readonly', console: 'readonly', performance: 'readonly', process: 'readonly' } },
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      // `import { type A } from 'x'` loads `x` at run time.
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],

      // Numbers need no conversion in a template.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Caught values are rethrown unchanged: they are `unknown`, and the reason of an abort signal is `any`.
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true, allowThrowingAny: true }],

      // Off, because they found no defect:
      // Angular's `Injector` is an abstract class used as an interface.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // `next: (value) => subscriber.next(value)` is the usual form of an observer.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // `return void (await …)` ends a function in one line.
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      // An interface may require a promise; `async` turns a thrown error into a rejection.
      '@typescript-eslint/require-await': 'off',
      // It assumes that a property such as `subscriber.closed` does not change between two reads.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // `Type<A, A, unknown>` is clearer than `Type<A, A>`.
      '@typescript-eslint/no-unnecessary-type-arguments': 'off',
    },
  },
  {
    // The runner awaits the promises of `node:test`.
    files: ['dashboard/test/**/*.ts'],
    rules: {
      '@typescript-eslint/no-floating-promises': [
        'error',
        {
          allowForKnownSafeCalls: [
            {
              from: 'package',
              package: 'node:test',
              name: ['test', 'describe', 'it', 'before', 'after', 'beforeEach', 'afterEach', 'suite'],
            },
          ],
        },
      ],
    },
  },
  // Files that must not compile cannot be linted with types.
  { files: ['test/types/**'], extends: [tseslint.configs.disableTypeChecked] },
  {
    files: ['test/**'],
    rules: {
      // Decoded and recorded values are `unknown`; a wrong text fails its test.
      '@typescript-eslint/restrict-template-expressions': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
    },
  },
);
