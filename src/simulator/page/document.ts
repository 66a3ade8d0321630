/** The simulator's page: one document, with all that it needs in it. */

import { script } from './script.ts';
import { style } from './style.ts';

export const pageDocument = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Simulated vCenter</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<header>
<h1>Simulated vCenter <span id="version"></span></h1>
<button id="pause" type="button" aria-pressed="false">Pause</button>
</header>
<p id="trouble" role="status"></p>
<noscript><p>This page needs JavaScript. The same facts are at <a href="simulator/state">simulator/state</a>, as JSON.</p></noscript>
<main>
<dl id="counts">
<div><dt>Requests</dt><dd id="requests">0</dd></div>
<div><dt>Logins</dt><dd id="logins">0</dd></div>
<div><dt>Download sessions</dt><dd id="sessions">0</dd></div>
<div><dt>Bytes served</dt><dd id="served">0 B</dd></div>
<div><dt>Clock (UTC)</dt><dd id="clock"></dd></div>
</dl>
<section aria-labelledby="sessions-title">
<h2 id="sessions-title">Download sessions</h2>
<p id="no-sessions" class="quiet">There is none.</p>
<div id="session-list"></div>
</section>
<section aria-labelledby="requests-title">
<h2 id="requests-title">Requests, the last first</h2>
<p id="no-requests" class="quiet">Nobody has asked for anything yet.</p>
<div class="scroll" tabindex="0" role="region" aria-labelledby="requests-title">
<table>
<thead><tr><th scope="col">Time</th><th scope="col">Status</th><th scope="col">Operation</th><th scope="col">Request</th></tr></thead>
<tbody id="request-list"></tbody>
</table>
</div>
</section>
</main>
<script>${script}</script>
</body>
</html>
`;
