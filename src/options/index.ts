export { assertKnownOptions, type OptionNames } from './known-options.ts';
