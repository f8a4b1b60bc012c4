/** A JSON Schema of the dialect that OpenAPI 3.1 takes, 2020-12. */
export interface Schema {
  readonly [keyword: string]: unknown;
}

export type Schemas = Readonly<Record<string, Schema>>;

export const TEXT: Schema = { type: 'string' };
export const INTEGER: Schema = { type: 'integer' };
export const NUMBER: Schema = { type: 'number' };
export const BOOLEAN: Schema = { type: 'boolean' };
export const NULL: Schema = { type: 'null' };
/** Whatever JSON can say. */
export const ANYTHING: Schema = {};
/** An object of any members. */
export const OBJECT: Schema = { type: 'object' };
/** A count, or a size in bytes. */
export const COUNT: Schema = { type: 'integer', minimum: 0 };
export const UUID: Schema = { type: 'string', format: 'uuid' };
export const TIME: Schema = { type: 'string', format: 'date-time' };

/** The schema of that name among the document's. */
export function ref(name: string): Schema {
  return { $ref: `#/components/schemas/${name}` };
}

export function listOf(items: Schema): Schema {
  return { type: 'array', items };
}

/** An object whose members all have the schema, whatever their names. */
export function mapOf(values: Schema): Schema {
  return { type: 'object', additionalProperties: values };
}

/** An object that always has the members of `required`, and may have those of `optional`. */
export function objectOf(required: Schemas, optional: Schemas = {}): Schema {
  const names = Object.keys(required);
  return { type: 'object', properties: { ...required, ...optional }, ...(names.length > 0 && { required: names }) };
}

export function oneOf(...values: readonly (string | number | boolean)[]): Schema {
  return { enum: values };
}

export function eitherOf(...schemas: readonly Schema[]): Schema {
  return { anyOf: schemas };
}

/** The same, or null. */
export function orNull(schema: Schema): Schema {
  const { type, enum: values } = schema;
  if (Array.isArray(values))
    return {
      ...schema,
      ...(typeof type === 'string' && { type: [type, 'null'] }),
      enum: [...(values as readonly unknown[]), null],
    };
  return typeof type === 'string' ? { ...schema, type: [type, 'null'] } : { anyOf: [schema, NULL] };
}

/** The same, with a sentence for people. */
export function described(schema: Schema, description: string): Schema {
  return { ...schema, description };
}
