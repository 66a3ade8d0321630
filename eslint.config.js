/** Rules that find defects. Layout is prettier's; imports between layers are checked by test/architecture.test.ts. */

import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** A rule that is switched off in code says why: `// eslint-disable-next-line some-rule -- because …`. */
const reasons = {
  rules: {
    given: {
      meta: { type: 'problem', schema: [] },
      create: ({ sourceCode, report }) => ({
        Program: () => {
          for (const comment of sourceCode.getAllComments())
            if (/^\s*eslint-disable/.test(comment.value) && !/\s--\s+\S/.test(comment.value))
              report({ loc: comment.loc, message: 'Say why after " -- ".' });
        },
      }),
    },
  },
};

export default defineConfig(
  { ignores: ['dist/', 'downloads/'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' }, plugins: { reasons }, rules: { 'reasons/given': 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: { globals: { Buffer: 'readonly', console: 'readonly', performance: 'readonly', process: 'readonly' } },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      // `import { type A } from 'x'` loads `x` when it runs.
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],

      // Numbers print as one expects.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // What was caught is passed on as it is: it is `unknown`, and an abort signal's reason is `any`.
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true, allowThrowingAny: true }],

      // Off, for they found no defect:
      // Angular's `Injector` is an abstract class that serves as an interface.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // `next: (value) => subscriber.next(value)` is how observers are written.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // `return void (await …)` ends a function in one line.
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      // An interface asks for a promise; `async` turns what is thrown into a rejection of it.
      '@typescript-eslint/require-await': 'off',
      // It does not know that a property changes while one looks away: `subscriber.closed`.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // `Type<A, A, unknown>` says more than `Type<A, A>`.
      '@typescript-eslint/no-unnecessary-type-arguments': 'off',
    },
  },
  // What does not compile has no types to look at.
  { files: ['test/types/**'], extends: [tseslint.configs.disableTypeChecked] },
  {
    files: ['test/**'],
    rules: {
      // What was decoded or recorded is `unknown`; a text that came out wrong fails its test.
      '@typescript-eslint/restrict-template-expressions': 'off',
      '@typescript-eslint/no-base-to-string': 'off',
    },
  },
);
