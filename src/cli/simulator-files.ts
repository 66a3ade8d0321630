/** Reads the inventory and scenario files of `simulate` and validates them against the simulator's JSON Schemas. */

import { readFile } from 'node:fs/promises';
import { Validator, type Schema } from '@cfworker/json-schema';
import type { Inventory, Scenario } from '../simulator/index.ts';
import { messageOf, usageError } from './command-error.ts';
import { schemaIssue, type JsonSchema } from './schema-issue.ts';
import { readTextFile } from './text-file.ts';

/** Reads an inventory from a JSON file. */
export const readInventory = (path: string): Promise<Inventory> => readValid(path, 'inventory') as Promise<Inventory>;

/** Reads a scenario from a JSON file. */
export const readScenario = (path: string): Promise<Scenario> => readValid(path, 'scenario') as Promise<Scenario>;

const readValid = async (path: string, kind: 'inventory' | 'scenario'): Promise<unknown> => {
  // The package ships `src` beside `dist`, so the path is valid in both.
  const schemaFile = new URL(`../../src/simulator/schemas/${kind}.json`, import.meta.url);
  const value = parseJson(path, readTextFile(path, path));
  const schema = JSON.parse(await readFile(schemaFile, 'utf8')) as JsonSchema;
  const { valid, errors } = new Validator(schema as Schema, '2020-12', false).validate(value);
  if (!valid) throw usageError(`${path} is invalid: ${schemaIssue(schema, value, errors)}`);
  return value;
};

const parseJson = (path: string, content: string): unknown => {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw usageError(`${path} is not valid JSON: ${messageOf(error)}`);
  }
};
