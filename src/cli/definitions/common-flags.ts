/** The flags that several subcommands share. */

import type { Command } from 'commander';
import { notEmpty, parseSeconds } from './values.ts';

/** Adds `--log-file`. */
export const addLogFile = (command: Command): Command =>
  command.option('--log-file <file>', 'append the events to a file, as JSON lines with the time', notEmpty);

/** Adds `--timeout`. */
export const addTimeout = (command: Command): Command =>
  command.option('--timeout <duration>', 'give up after this time without progress, such as 90s or 5m', parseSeconds, 120);
