/** Refuses scenarios and inventories that their JSON Schemas do not allow, before anything is served. */

import { Validator, type Schema } from '@cfworker/json-schema';
import { inventorySchema, scenarioSchema } from '../schemas/schemas.ts';
import type { Inventory } from './inventory.ts';
import type { Scenario } from './scenario.ts';
import { pathOf, schemaIssue, type JsonSchema } from './schema-issue.ts';

/**
 * Checks all fields of a scenario.
 *
 * @throws TypeError with the place of the first field that its schema does not allow.
 */
export const assertScenario = (scenario: Scenario): void => assertSchema('scenario', scenario);

/**
 * Checks all fields of an inventory.
 *
 * @throws TypeError with the place of the first field that its schema does not allow. Bytes and `open`, which JSON does not have, are
 * allowed, too.
 */
export const assertInventory = (inventory: Inventory): void => assertSchema('inventory', inventory);

type Kind = 'scenario' | 'inventory';

const schemaTexts: Readonly<Record<Kind, string>> = { scenario: scenarioSchema, inventory: inventorySchema };

const schemas = new Map<Kind, { readonly schema: JsonSchema; readonly quick: Validator; readonly thorough: Validator }>();

/** Parsing a schema takes longer than validating with it. */
const schemaOf = (kind: Kind) => {
  const known = schemas.get(kind);
  if (known !== undefined) return known;
  const schema = JSON.parse(schemaTexts[kind]) as JsonSchema;
  const validator = (stopsEarly: boolean) => new Validator(schema as Schema, '2020-12', stopsEarly);
  const parsed = { schema, quick: validator(true), thorough: validator(false) };
  schemas.set(kind, parsed);
  return parsed;
};

const assertSchema = (kind: Kind, input: unknown): void => {
  const { schema, quick, thorough } = schemaOf(kind);
  const value = asJson(kind, input, []);
  if (quick.validate(value).valid) return;
  // Only all errors together show which alternative of a field is meant.
  throw new TypeError(`Invalid ${kind}: ${schemaIssue(schema, value, thorough.validate(value).errors)}`);
};

/** Returns a copy with what JSON has: bytes as text, no `open`, and no fields that are `undefined`. */
const asJson = (kind: Kind, value: unknown, path: readonly string[]): unknown => {
  if (value instanceof Uint8Array) return '';
  if (Array.isArray(value)) return value.map((item, index) => asJson(kind, item, [...path, String(index)]));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value)
        .filter(([name, field]) => field !== undefined && !(name === 'open' && typeof field === 'function'))
        .map(([name, field]: [string, unknown]) => [name, asJson(kind, field, [...path, name])]),
    );
  if (Number.isNaN(value)) throw new TypeError(`Invalid ${kind}: ${pathOf(path)}: expected a number, got NaN`);
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value;
  throw new TypeError(`Invalid ${kind}: ${pathOf(path)}: a value of type ${typeof value} is not allowed`);
};
