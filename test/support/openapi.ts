/** Reads VMware's OpenAPI files (version 2): the declared operations, under VMware's names. */

/** The part of JSON Schema that these files use. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly format?: string;
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
}

/** A parameter in the path or in the query. */
export interface Parameter {
  readonly name: string;
  readonly required: boolean;
}

/** The declaration of an operation in one dialect. */
export interface Declared {
  /** VMware's name, such as `content.library.item.DownloadSession.keep_alive`. */
  readonly name: string;
  readonly dialect: 'api' | 'rest';
  readonly method: string;
  /** Path with `{name}` for parameters, without the query. */
  readonly path: string;
  readonly pathParameters: readonly string[];
  /** Constant part of the query: the action. */
  readonly fixedQuery: Readonly<Record<string, string>>;
  readonly query: readonly Parameter[];
  readonly body: Schema | undefined;
  /** Header names by parameter names. */
  readonly header: Readonly<Record<string, string>>;
  readonly success: number;
  /** `undefined` if the response has no body. */
  readonly response: Schema | undefined;
  /** Error schemas by status. */
  readonly errors: Readonly<Record<number, Schema>>;
}

/** One file. */
export interface Specification {
  /** vCenter's version, such as `8.0.2`. */
  readonly version: string;
  readonly operations: readonly Declared[];
  readonly definitions: Readonly<Record<string, Schema>>;
}

/** The parts of a file that are read. */
export interface OpenApi {
  readonly basePath?: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, OpenApiOperation>>>>;
  readonly definitions: Readonly<Record<string, Schema>>;
}

interface OpenApiOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly parameters?: readonly {
    readonly in: string;
    readonly name: string;
    readonly required?: boolean;
    readonly schema?: Schema;
  }[];
  readonly responses: Readonly<Record<string, { readonly schema?: Schema }>>;
}

/** Reads one file. `root` is the prefix of VMware's service names: `content` or `cis`. */
export const specification = (version: string, root: string, { basePath = '', paths, definitions }: OpenApi): Specification => ({
  version,
  definitions,
  operations: Object.entries(paths).flatMap(([route, methods]) =>
    Object.entries(methods).map(([method, operation]) => declared(root, method, join(basePath, route), operation)),
  ),
});

/** The files of `6.7.0` have a base path; `/` alone adds nothing. */
const join = (base: string, route: string): string => (base === '' || base === '/' ? route : base + route);

const declared = (
  root: string,
  method: string,
  route: string,
  { operationId, tags, parameters = [], responses }: OpenApiOperation,
): Declared => {
  const [path = '', query = ''] = route.split('?');
  const [success = ''] = Object.keys(responses).filter((status) => status.startsWith('2'));
  return {
    name: `${serviceName(root, tags[0] ?? '')}.${operationId}`,
    dialect: path.startsWith('/api/') ? 'api' : 'rest',
    method: method.toUpperCase(),
    path,
    pathParameters: [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name),
    // A name without a value only makes the key unique in the file; it is listed as a parameter too.
    fixedQuery: Object.fromEntries([...new URLSearchParams(query)].filter(([, value]) => value !== '')),
    query: parameters.filter((each) => each.in === 'query').map(({ name, required = false }) => ({ name, required })),
    body: parameters.find((each) => each.in === 'body')?.schema,
    header: {},
    success: Number(success),
    response: responses[success]?.schema,
    errors: Object.fromEntries(
      Object.entries(responses).flatMap(([status, { schema }]) =>
        status === success || schema === undefined ? [] : [[Number(status), schema]],
      ),
    ),
  };
};

/** Converts `library/item/download_session` to `content.library.item.DownloadSession`. */
const serviceName = (root: string, tag: string): string => {
  const words = [root, ...tag.trim().split('/')];
  const last = words.pop() ?? '';
  return [...words, last.replaceAll(/(?:^|_)(\w)/g, (_, letter: string) => letter.toUpperCase())].join('.');
};

/** Follows the references of a schema. */
export const resolved = (schema: Schema, definitions: Specification['definitions']): Schema => {
  if (schema.$ref === undefined) return schema;
  const target = definitions[schema.$ref.replace('#/definitions/', '')];
  if (target === undefined) throw new Error(`The file does not define ${schema.$ref}`);
  return resolved(target, definitions);
};
