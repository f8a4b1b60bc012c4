import type { Schema } from '../../http/schema.js';
import { type Html, joined, markup, prose } from './html.js';

const COMPONENT = '#/components/schemas/';

/** Where a page has the schema of that name. */
export function anchorOf(name: string): string {
  return `schema-${name}`;
}

/** A schema for people; those of the document are links. */
export function schemaHtml(schema: Schema): Html {
  const { description } = schema;
  const shape = shapeHtml(schema);
  return typeof description === 'string' ? markup`${shape}<span class="note">${prose(description)}</span>` : shape;
}

function shapeHtml(schema: Schema): Html {
  const { type } = schema;
  const compound = compoundHtml(schema);
  if (compound !== undefined) return Array.isArray(type) && type.includes('null') ? markup`${compound} or null` : compound;
  const types = (Array.isArray(type) ? type : [type ?? 'anything']) as readonly string[];
  return markup`${types.join(' or ')}${limitsText(schema)}`;
}

/** What consists of other schemas or values; undefined for the rest. */
function compoundHtml(schema: Schema): Html | undefined {
  const { $ref: target, anyOf, enum: values, properties, items, additionalProperties } = schema;
  if (typeof target === 'string') {
    const name = target.slice(COMPONENT.length);
    return markup`<a href="#${anchorOf(name)}">${name}</a>`;
  }
  if (Array.isArray(anyOf)) return joined((anyOf as readonly Schema[]).map(schemaHtml), ' or ');
  if (Array.isArray(values)) return joined((values as readonly unknown[]).map(valueHtml), ' or ');
  if (isSchema(properties)) return membersHtml(properties as Readonly<Record<string, Schema>>, schema);
  if (isSchema(items)) return markup`list of ${schemaHtml(items)}`;
  if (isSchema(additionalProperties)) return markup`object of ${schemaHtml(additionalProperties)}`;
  return schema['not'] === undefined ? undefined : markup`nothing`;
}

function membersHtml(properties: Readonly<Record<string, Schema>>, { required }: Schema): Html {
  const names = Object.entries(properties);
  if (names.length === 0) return markup`empty object`;
  const demanded = (Array.isArray(required) ? required : []) as readonly string[];
  const members = names.map(([name, schema]) => {
    const mark = demanded.includes(name) ? markup`<b class="required">required</b>` : markup``;
    return markup`<li><code>${name}</code>${mark} ${schemaHtml(schema)}</li>`;
  });
  return markup`object<ul>${members}</ul>`;
}

function limitsText(schema: Schema): string {
  const limits = ['minimum', 'exclusiveMinimum', 'maximum', 'minLength', 'maxLength', 'format', 'default'].flatMap((keyword) => {
    const value = schema[keyword] as string | number | undefined;
    return value === undefined ? [] : [`${keyword} ${value}`];
  });
  return limits.length === 0 ? '' : `, ${limits.join(', ')}`;
}

function valueHtml(value: unknown): Html {
  return markup`<code>${JSON.stringify(value)}</code>`;
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null;
}
