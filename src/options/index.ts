export { assertKnownOptions, nearestName, type OptionNames } from './known-options.ts';
