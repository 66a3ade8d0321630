/** Checks lines of `--json` output against the schema of the package. */

import { readFileSync } from 'node:fs';
import { Ajv, type AnySchema } from 'ajv';

const file = new URL('../../src/cli/output.schema.json', import.meta.url);

/** The schema allows the fields of later versions; the tests refuse fields that it does not describe. */
const refuseUnknownFields = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'properties' in value ? { ...value, additionalProperties: false } : value;

const schema = JSON.parse(readFileSync(file, 'utf8'), refuseUnknownFields) as AnySchema;
const isValid = new Ajv().compile(schema);

/** @throws Error if a line of output does not match the schema. */
export const assertOutputLine = (line: string): void => {
  if (!isValid(JSON.parse(line))) throw new Error(`The line does not match src/cli/output.schema.json: ${line}`);
};
