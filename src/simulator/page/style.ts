/** Styles of the simulator's page, with a light and a dark theme. */

export const style = `
:root { color-scheme: light dark; font: 0.95rem/1.45 system-ui, sans-serif;
  --paper: light-dark(#f6f7f9, #14171c); --card: light-dark(#fff, #1d2229); --ink: light-dark(#1c2430, #e4e8ee);
  --quiet: light-dark(#566072, #9aa5b5); --line: light-dark(#d9dee6, #323a46); --good: light-dark(#1b7340, #5fd08d);
  --busy: light-dark(#0b5cad, #6cb2ff); --bad: light-dark(#b3261e, #ff8f86); }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 72rem; background: var(--paper); color: var(--ink); }
header { display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; align-items: baseline; justify-content: space-between; }
h1 { font-size: 1.35rem; margin: 0; }
h2 { font-size: 1.05rem; margin: 1.75rem 0 0.5rem; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
.buttons { display: flex; flex-wrap: wrap; gap: 0.5rem; }
pre { margin: 0; overflow-x: auto; font: 0.85rem/1.5 ui-monospace, monospace; }
input { width: 18rem; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 0.4rem; padding: 0.25rem 0.5rem; max-width: 100%; }
button { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 0.4rem; padding: 0.25rem 0.8rem; }
:focus-visible { outline: 3px solid var(--busy); outline-offset: 2px; }
#counts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: 0.6rem; margin: 1rem 0 0; }
#counts div, article { background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.6rem 0.9rem; }
dt, .quiet { color: var(--quiet); font-size: 0.85rem; }
#counts dd { margin: 0; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
article { margin: 0 0 0.75rem; }
article p { margin: 0.1rem 0 0.5rem; overflow-wrap: anywhere; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th { text-align: start; font-weight: 600; font-size: 0.85rem; color: var(--quiet); }
th, td { padding: 0.2rem 0.9rem 0.2rem 0; vertical-align: baseline; }
td { border-top: 1px solid var(--line); overflow-wrap: anywhere; }
.scroll td:first-child { white-space: nowrap; }
.scroll td:nth-child(3) { min-width: 20rem; }
.number { text-align: end; white-space: nowrap; }
progress { width: 9rem; height: 0.6rem; accent-color: var(--busy); vertical-align: middle; }
.status { font-weight: 600; white-space: nowrap; }
.good { color: var(--good); } .busy { color: var(--busy); } .bad { color: var(--bad); }
.scroll { max-height: 26rem; overflow: auto; background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.4rem 0.9rem; }
.scroll th { position: sticky; top: -0.4rem; background: var(--card); }
code { font: 0.85rem/1.4 ui-monospace, monospace; }
#trouble:not(:empty) { border: 1px solid var(--bad); color: var(--bad); border-radius: 0.5rem; padding: 0.5rem 0.9rem; }
@media (max-width: 40rem) {
  body { padding: 0.75rem; }
  article thead { display: none; }
  article tr { display: grid; grid-template-columns: 1fr 1fr; border-top: 1px solid var(--line); padding: 0.3rem 0; }
  article td { border: 0; }
  article td:first-child { grid-column: 1 / -1; }
  article td:nth-child(2) { grid-column: 1 / -1; }
  article progress { width: 100%; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  .scroll tr { display: grid; grid-template-columns: max-content 1fr; border-top: 1px solid var(--line); padding: 0.3rem 0; }
  .scroll thead { display: none; }
  .scroll td { border: 0; min-width: 0; }
  .scroll td:nth-child(n + 3) { grid-column: 1 / -1; }
}
`;
