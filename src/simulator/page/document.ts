/** The simulator's page, as one self-contained document. */

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
<div class="buttons">
<button id="pause" type="button" aria-pressed="false">Pause</button>
<button id="refuse" type="button">Refuse the next request</button>
<button id="reset" type="button">Reset</button>
</div>
</header>
<p id="trouble" role="status"></p>
<noscript><p>This page requires JavaScript. The same data is available as JSON at <a href="simulator/state">simulator/state</a>.</p></noscript>
<main>
<dl id="counts">
<div><dt>Requests</dt><dd id="requests">0</dd></div>
<div><dt>Logins</dt><dd id="logins">0</dd></div>
<div><dt>Items</dt><dd id="items">0</dd></div>
<div><dt>Download sessions</dt><dd id="sessions">0</dd></div>
<div><dt>Bytes served</dt><dd id="served">0 B</dd></div>
<div><dt>Clock (UTC)</dt><dd id="clock"></dd></div>
</dl>
<section aria-labelledby="sessions-title">
<h2 id="sessions-title">Download sessions</h2>
<p id="no-sessions" class="quiet">No download sessions.</p>
<div id="session-list"></div>
</section>
<section aria-labelledby="inventory-title">
<h2 id="inventory-title">Libraries</h2>
<div id="inventory"></div>
</section>
<section aria-labelledby="requests-title">
<h2 id="requests-title">Requests, latest first</h2>
<p><label>Filter <input id="filter" type="search" placeholder="operation, path or status"></label></p>
<p id="no-requests" class="quiet">No requests yet.</p>
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
