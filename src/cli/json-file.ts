/** Reads a file of JSON, and says where it is not as it should be. */

import { readFile } from 'node:fs/promises';
import { usageError } from './command-error.ts';
import type { Validator } from './validate.ts';

/** What is in a file, if a check finds it well. */
export const jsonIn = async (path: string, check: Validator): Promise<unknown> => {
  const content = await readFile(path, 'utf8').catch((error: unknown) => {
    throw usageError(`${path} cannot be read: ${messageOf(error)}`);
  });
  const value = parsed(path, content);
  const issue = check(value, '$');
  if (issue !== undefined) throw usageError(`${path} is not as it should be: ${issue}.`);
  return value;
};

const parsed = (path: string, content: string): unknown => {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw usageError(`${path} is no JSON: ${messageOf(error)}`);
  }
};

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
