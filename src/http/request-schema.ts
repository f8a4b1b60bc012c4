import { getMetadataStorage, ValidationTypes } from 'class-validator';
import { orNull, type Schema, type Schemas } from './schema.js';

/** A class that `validate` reads bodies into, and what of its fields no rule says. */
export interface RequestType {
  readonly type: new () => object;
  /** Schemas of fields that are read from the JSON text; one that is given goes before what the rules say. */
  readonly fields?: Schemas;
  /** Fields that no rule demands, but what is done with the request. */
  readonly required?: readonly string[];
  /** Other names of fields, by the name that is read. */
  readonly aliases?: Readonly<Record<string, string>>;
  readonly description?: string;
}

interface Rule {
  readonly name: string;
  readonly constraints: readonly unknown[];
  readonly each: boolean;
}

type Condition = (instance: object, value: unknown) => boolean;

interface FieldRules {
  readonly rules: Rule[];
  /** The rules hold for values that all of these take. */
  readonly conditions: Condition[];
}

/**
 * The schema of a request class: its fields, with class-validator's rules.
 * @throws Error for a field that nothing is known of, for what is said of a field that there is not, and for a rule that has no schema
 */
export function requestSchema({ type, fields = {}, required = [], aliases = {}, description }: RequestType): Schema {
  // the fields of an instance are own properties from the start: so reads `validate`
  const names = Object.keys(new type());
  for (const name of [...Object.keys(fields), ...required, ...Object.values(aliases)]) {
    if (!names.includes(name)) throw new Error(`${type.name} has no field ${name}`);
  }
  const rules = rulesOf(type);
  const properties: Record<string, Schema> = {};
  const demanded = new Set(required);
  for (const name of names) {
    const known = rules.get(name);
    const field = fields[name] ?? (known && schemaOfRules(known, name));
    if (field === undefined) throw new Error(`${type.name}.${name} has no rule and no schema`);
    properties[name] = field;
    if (known !== undefined && isRequired(known, name)) demanded.add(name);
  }
  for (const [alias, name] of Object.entries(aliases)) {
    properties[alias] = { ...properties[name], description: `Another name of \`${name}\`.` };
  }
  return {
    type: 'object',
    ...(description !== undefined && { description }),
    properties,
    ...(demanded.size > 0 && { required: [...demanded] }),
  };
}

function rulesOf(type: new () => object): ReadonlyMap<string, FieldRules> {
  const fields = new Map<string, FieldRules>();
  for (const metadata of getMetadataStorage().getTargetValidationMetadatas(type, '', false, false)) {
    const field = fields.get(metadata.propertyName) ?? { rules: [], conditions: [] };
    fields.set(metadata.propertyName, field);
    const constraints = (metadata.constraints as unknown[] | undefined) ?? [];
    if (metadata.type === ValidationTypes.CONDITIONAL_VALIDATION) field.conditions.push(constraints[0] as Condition);
    else field.rules.push({ name: metadata.name ?? metadata.type, constraints, each: metadata.each });
  }
  return fields;
}

function isRequired(field: FieldRules, name: string): boolean {
  return field.rules.length > 0 && applies(field, name, undefined);
}

function applies({ conditions }: FieldRules, name: string, value: unknown): boolean {
  return conditions.every((condition) => condition({ [name]: value }, value));
}

function schemaOfRules(field: FieldRules, name: string): Schema | undefined {
  if (field.rules.length === 0) return undefined;
  const own = Object.assign({}, ...field.rules.filter(({ each }) => !each).map(keywordsOf)) as Schema;
  const items = Object.assign({}, ...field.rules.filter(({ each }) => each).map(keywordsOf)) as Schema;
  const schema = Object.keys(items).length === 0 ? own : { ...own, items };
  return applies(field, name, null) ? schema : orNull(schema);
}

/** What a rule of class-validator's is in JSON Schema. */
function keywordsOf({ name, constraints }: Rule): Schema {
  switch (name) {
    case 'isString':
      return { type: 'string' };
    case 'isBoolean':
      return { type: 'boolean' };
    case 'isInt':
      return { type: 'integer' };
    case 'isNumber':
      return { type: 'number' };
    case 'isObject':
      return { type: 'object' };
    case 'isArray':
      return { type: 'array' };
    case 'isIn':
      return { enum: constraints[0] };
    case 'min':
      return { minimum: constraints[0] };
    case 'max':
      return { maximum: constraints[0] };
    default:
      throw new Error(`the rule ${name} has no schema`);
  }
}
