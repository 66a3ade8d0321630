/** Validates values with the schemas of an OpenAPI file, strictly: an undeclared field is an error. */

import { Ajv } from 'ajv';
import type { Schema, Specification } from './openapi.ts';

/** Returns the errors of a value; an empty list if it is valid. */
export type Validator = (value: unknown) => readonly string[];

const formats = {
  'date-time': /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/,
  uri: { type: 'string', validate: (text: string) => URL.canParse(text) },
  int64: { type: 'number', validate: Number.isSafeInteger },
  double: true,
  password: true,
} as const;

/**
 * Compiles the schemas of a file.
 *
 * @param needs - Returns true for fields that are required although the schema makes them optional.
 */
export const validators = (
  { definitions }: Specification,
  needs: (field: Schema) => boolean,
): ((schema: Schema) => Validator) => {
  const strict = (schema: Schema): Schema => {
    const { properties, items, additionalProperties } = schema;
    const inner = {
      ...schema,
      ...(items === undefined ? {} : { items: strict(items) }),
      ...(typeof additionalProperties === 'object' ? { additionalProperties: strict(additionalProperties) } : {}),
    };
    if (properties === undefined) return inner;
    const fields = Object.entries(properties);
    const needed = fields.filter(([, field]) => needs(field)).map(([name]) => name);
    return {
      ...inner,
      properties: Object.fromEntries(fields.map(([name, field]) => [name, strict(field)])),
      required: [...new Set([...(schema.required ?? []), ...needed])],
      additionalProperties: false,
    };
  };
  const ajv = new Ajv({ allErrors: true, formats });
  const strictDefinitions = Object.fromEntries(Object.entries(definitions).map(([name, schema]) => [name, strict(schema)]));
  return (schema) => {
    const validate = ajv.compile({ ...strict(schema), definitions: strictDefinitions });
    return (value) => {
      validate(value);
      return (validate.errors ?? []).map(
        ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
      );
    };
  };
};
