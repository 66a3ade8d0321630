/** Shows the component of Svelte. */

import { mount } from 'svelte';
import Downloads from './downloads.svelte';

mount(Downloads, { target: document.body });
