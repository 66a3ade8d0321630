/** The flags that several subcommands share. */

import type { Command } from 'commander';
import { parseSeconds } from './values.ts';

/** Adds `--timeout`. */
export const addTimeout = (command: Command): Command =>
  command.option('--timeout <duration>', 'give up after this time without progress, such as 90s or 5m', parseSeconds, 120);
