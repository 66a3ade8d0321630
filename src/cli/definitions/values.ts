/** Parses the values of flags and arguments. */

import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../duration.ts';

const parsePositive = (text: string): number => {
  const number = Number(text);
  if (!Number.isFinite(number) || number <= 0) throw new InvalidArgumentError('Expected a number greater than 0.');
  return number;
};

/** Returns milliseconds. */
export const parsePeriod = (text: string): number => {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined || milliseconds <= 0)
    throw new InvalidArgumentError('Expected a duration such as 90s, 5m or 1h, or a number of seconds greater than 0.');
  return milliseconds;
};

/** Returns seconds. */
export const parseSeconds = (text: string): number => parsePeriod(text) / 1000;

export const parsePositiveInteger = (text: string): number => {
  const number = parsePositive(text);
  if (!Number.isInteger(number)) throw new InvalidArgumentError('Expected an integer greater than 0.');
  return number;
};

/** Returns an integer from 0. */
export const parseCount = (text: string): number => {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Expected an integer from 0.');
  return Number(text);
};

const RATE_UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };

/** Returns bytes per second. */
export const parseRate = (text: string): number => {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([kmg]?)b?(?:\/s)?$/i.exec(text) ?? [];
  const rate = Number(number) * (RATE_UNITS[unit.toLowerCase()] ?? 0);
  if (!(rate >= 1000)) throw new InvalidArgumentError('Expected bytes per second, 1000 or more, such as 500k, 10M or 1G.');
  return rate;
};

export const parsePort = (text: string): number => {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number > 65_535) throw new InvalidArgumentError('Expected an integer from 0 to 65535.');
  return number;
};

/** An argument that is empty is a mistake, such as an unset variable of a script. */
export const notEmpty = (text: string): string => {
  if (text === '') throw new InvalidArgumentError('It is empty: pass a value. A variable of a script may not be set.');
  return text;
};

/** For flags that may be repeated. */
export const collect = (text: string, texts: readonly string[]): readonly string[] => [...texts, text];
