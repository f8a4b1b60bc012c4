import {
  and,
  type Comparison,
  exists,
  type Filter,
  id,
  is,
  not,
  oneCondition,
  or,
  type Scalar,
} from '../../../filters/filter.js';
import { matches } from '../../../filters/matches.js';
import { isJsonObject, type Json, JsonNumber } from '../../../http/json.js';
import { type ChromaError, invalidArgument } from '../chroma-error.js';
import { MAX_U64 } from '../limits.js';
import { canonicalNumber, isInteger } from '../wire/number.js';

/** A use of a metadata field or of the document, for the check that the collection's schema indexes it. */
export interface FilterUse {
  readonly key: string;
  readonly type: 'string' | 'int' | 'float' | 'bool' | 'fts';
}

/** A `where` or `where_document`, as a tree, and what it uses. */
export interface ParsedFilter {
  readonly filter: Filter;
  readonly uses: readonly FilterUse[];
}

/** How a protocol version reads filters. */
export interface Dialect {
  /** `included`: negations match records without the key (Chroma 0.5.12 and later). */
  readonly missingKey: 'included' | 'excluded';
  /** `{}` means no filter; lists need two elements, texts one character; there are no regular expressions (API v1). */
  readonly legacy: boolean;
}

export const MODERN: Dialect = { missingKey: 'included', legacy: false };

const COMPARISONS: Readonly<Record<string, Comparison>> = { $gt: '>', $gte: '>=', $lt: '<', $lte: '<=' };
const DOCUMENT_KEY = '#document';
const ID_KEY = '#id';

/**
 * Parses a `where`; undefined when there is no condition.
 * @throws ChromaError 400 `Invalid where clause` for anything that is none, GatewayError `invalid pattern`
 */
export function parseWhere(where: Json | undefined, dialect: Dialect): ParsedFilter | undefined {
  if (isAbsent(where, dialect)) return undefined;
  const parser = new WhereParser(dialect);
  return { filter: parser.parse(where ?? null), uses: parser.uses };
}

/**
 * Parses a `where_document`; undefined when there is no condition.
 * @throws ChromaError 400 `Invalid where document clause` for anything that is none, GatewayError `invalid pattern`
 */
export function parseWhereDocument(where: Json | undefined, dialect: Dialect): ParsedFilter | undefined {
  if (isAbsent(where, dialect)) return undefined;
  return { filter: parseDocumentFilter(where ?? null, dialect), uses: [{ key: DOCUMENT_KEY, type: 'fts' }] };
}

function isAbsent(where: Json | undefined, dialect: Dialect): boolean {
  return where === undefined || where === null || (dialect.legacy && isJsonObject(where) && where.size === 0);
}

class WhereParser {
  readonly uses: FilterUse[] = [];

  constructor(private readonly dialect: Dialect) {}

  parse(where: Json): Filter {
    const [key, value] = onlyEntry(where, badWhere);
    if (key === '$and' || key === '$or') {
      const operands = operandList(value, this.dialect, badWhere).map((operand) => this.parse(operand));
      return key === '$and' ? and(...operands) : or(...operands);
    }
    if (!isJsonObject(value)) return this.condition(key, '$eq', value);
    const [operator, operand] = onlyEntry(value, badWhere);
    return this.condition(key, operator, operand);
  }

  private condition(key: string, operator: string, operand: Json): Filter {
    if (key.startsWith('$')) throw badWhere();
    if (key === DOCUMENT_KEY) return this.documentCondition(operator, operand);
    return (key === ID_KEY ? this.idCondition(operator, operand) : undefined) ?? this.fieldCondition(key, operator, operand);
  }

  /** Not in Chroma's single-node server, which matches nothing here. Undefined: no id is like that. */
  private idCondition(operator: string, operand: Json): Filter | undefined {
    const isList = operator === '$in' || operator === '$nin';
    const values = isList && Array.isArray(operand) ? (operand as readonly Json[]) : [operand];
    const ids = values.filter((value) => typeof value === 'string');
    if (ids.length !== values.length || ids.length === 0) return undefined;
    if (isList !== Array.isArray(operand) || !['$eq', '$ne', '$in', '$nin'].includes(operator)) return undefined;
    this.uses.push({ key: ID_KEY, type: 'string' });
    return operator === '$eq' || operator === '$in' ? id(...ids) : not(id(...ids));
  }

  /** Names with # are the server's: no record has such a field. */
  private fieldCondition(key: string, operator: string, operand: Json): Filter {
    switch (operator) {
      case '$eq':
        return is(key, this.scalar(key, operand));
      case '$ne':
        return this.negation(key, is(key, this.scalar(key, operand)));
      case '$in':
        return is(key, ...this.scalars(key, operand));
      case '$nin':
        return this.negation(key, is(key, ...this.scalars(key, operand)));
      case '$contains':
        return { kind: 'hasExactly', field: key, values: [this.scalar(key, operand)] };
      case '$not_contains':
        return this.negation(key, { kind: 'hasExactly', field: key, values: [this.scalar(key, operand)] });
      default:
        return this.comparison(key, operator, operand);
    }
  }

  private comparison(key: string, operator: string, operand: Json): Filter {
    const op = Object.hasOwn(COMPARISONS, operator) ? COMPARISONS[operator] : undefined;
    const value = this.scalar(key, operand);
    if (op === undefined || typeof value !== 'object') throw badWhere();
    return { kind: 'compare', field: key, op, value };
  }

  private documentCondition(operator: string, operand: Json): Filter {
    // as a field the document is not indexed: texts are refused for that, and nothing else equals it
    if (!/^\$(?:not_)?(?:contains|regex)$/.test(operator)) return this.fieldCondition(DOCUMENT_KEY, operator, operand);
    this.uses.push({ key: DOCUMENT_KEY, type: 'fts' });
    return documentCondition(operator, operand, { ...this.dialect, legacy: false }, badWhere);
  }

  private negation(key: string, filter: Filter): Filter {
    return this.dialect.missingKey === 'included' ? not(filter) : oneCondition(and(exists(key), not(filter)));
  }

  private scalars(key: string, operand: Json): readonly Scalar[] {
    if (!Array.isArray(operand) || operand.length === 0) throw badWhere();
    const scalars = (operand as readonly Json[]).map((value) => toScalar(value));
    // the first one's type decides; a list that begins with a float may hold integers
    const type = typeOf(scalars[0]);
    const fits = scalars.every((scalar) => typeOf(scalar) === type || (type === 'float' && typeOf(scalar) === 'int'));
    if (!fits || type === undefined) throw badWhere();
    this.uses.push({ key, type });
    return scalars;
  }

  private scalar(key: string, operand: Json): Scalar {
    const scalar = toScalar(operand);
    this.uses.push({ key, type: typeOf(scalar) ?? 'string' });
    return scalar;
  }
}

function parseDocumentFilter(where: Json, dialect: Dialect): Filter {
  const [key, value] = onlyEntry(where, badWhereDocument);
  if (key === '$and' || key === '$or') {
    const operands = operandList(value, dialect, badWhereDocument).map((operand) => parseDocumentFilter(operand, dialect));
    return key === '$and' ? and(...operands) : or(...operands);
  }
  return documentCondition(key, value, dialect, badWhereDocument);
}

function documentCondition(operator: string, operand: Json, dialect: Dialect, bad: () => ChromaError): Filter {
  const negated = operator.startsWith('$not_');
  const name = negated ? `$${operator.slice('$not_'.length)}` : operator;
  if (typeof operand !== 'string' || (name !== '$contains' && name !== '$regex')) throw bad();
  if (dialect.legacy && (operand === '' || name === '$regex')) throw bad();
  const filter: Filter = name === '$regex' ? matches(operand) : { kind: 'document', op: 'contains', pattern: operand };
  return negated ? not(filter) : filter;
}

function onlyEntry(value: Json, bad: () => ChromaError): readonly [string, Json] {
  if (!isJsonObject(value) || value.size !== 1) throw bad();
  for (const entry of value) return entry;
  throw bad();
}

function operandList(value: Json, dialect: Dialect, bad: () => ChromaError): readonly Json[] {
  if (!Array.isArray(value) || (dialect.legacy && value.length < 2)) throw bad();
  return value as readonly Json[];
}

function toScalar(value: Json): Scalar {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (!(value instanceof JsonNumber)) throw badWhere();
  // an integer that only an unsigned one can hold is refused; beyond that it is a double
  if (/^\d+$/.test(value.text) && !isInteger(value.text) && BigInt(value.text) <= MAX_U64) throw badWhere();
  return { number: canonicalNumber(value.text).text };
}

function typeOf(scalar: Scalar | undefined): 'string' | 'int' | 'float' | 'bool' | undefined {
  if (scalar === undefined) return undefined;
  if (typeof scalar === 'string') return 'string';
  if (typeof scalar === 'boolean') return 'bool';
  return scalar.number.includes('.') ? 'float' : 'int';
}

function badWhere(): ChromaError {
  return invalidArgument('Invalid where clause');
}

function badWhereDocument(): ChromaError {
  return invalidArgument('Invalid where document clause');
}
