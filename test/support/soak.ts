/**
 * Amount of work of an expensive test, such as a number of runs or of bytes: `test` in `npm test`, `soak` in `npm run soak`.
 *
 * `npm run soak` runs every test file that imports this one, with `RX_CONTENT_LIBRARY_SOAK=1` (see jest.soak.config.js).
 */
export const scaled = ({ test, soak }: { readonly test: number; readonly soak: number }): number =>
  process.env.RX_CONTENT_LIBRARY_SOAK === '1' ? soak : test;
