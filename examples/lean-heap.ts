import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--min-semi-space-size=8');
await import('./first.ts');
