/**
 * Number of runs of a randomized test: `few` in `npm test`, `full` in `npm run soak`.
 *
 * `npm run soak` runs every test file that imports this one, with `RX_CONTENT_LIBRARY_SOAK=1` (see jest.soak.config.js).
 */
export const soakRuns = ({ few, full }: { readonly few: number; readonly full: number }): number =>
  process.env.RX_CONTENT_LIBRARY_SOAK === '1' ? full : few;
