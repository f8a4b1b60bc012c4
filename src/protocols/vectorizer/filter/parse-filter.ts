import type { Filter } from '../../../filters/filter.js';
import { isJsonObject, type Json, type JsonObject } from '../../../http/json.js';
import { validationError } from '../vectorizer-error.js';
import { parseCondition } from './conditions.js';
import { parseMapForm } from './map-form.js';
import { asList, each, objectOf, wrong } from './operands.js';
import { all, any, EMPTY, isEmpty, none, type Part } from './parts.js';

const CLAUSES = ['must', 'should', 'must_not'];

/**
 * A filter in Vectorizer's language, of either form. Undefined for one that has no conditions, however deep that is hidden: the
 * caller decides whether that means every record, or a mistake.
 * @throws VectorizerError 400 `parse_error` that names the place of what is no filter
 */
export function parseFilter(sent: Json): Filter | undefined {
  const part = parseForm(sent, 'filter');
  return isEmpty(part) ? undefined : part;
}

/** A filter that may change what it matches. @throws VectorizerError 400 for one that is missing, none, or without conditions */
export function requireFilter(sent: Json | undefined): Filter {
  if (sent === undefined) throw validationError('filter', 'missing filter field');
  const filter = parseFilter(sent);
  if (filter === undefined) throw validationError('filter', 'filter has no conditions');
  return filter;
}

function parseForm(sent: Json, path: string): Part {
  const object = objectOf(sent, path);
  return isClauseForm(object) ? parseClauseForm(object, path) : parseMapForm(object, path, parseForm);
}

/** Whether an object is clauses, and not keys of which one is called so. Serialisers write null for a clause that is not used. */
function isClauseForm(sent: JsonObject): boolean {
  return CLAUSES.some((name) => {
    const clause = sent.get(name);
    return clause === null || (clause !== undefined && (isJsonObject(clause) || asList(clause) !== undefined));
  });
}

/** All of `must`, none of `must_not`, and one of `should` where there is any. */
function parseClauseForm(sent: JsonObject, path: string): Part {
  const unknown = [...sent.keys()].find((key) => !CLAUSES.includes(key));
  if (unknown !== undefined) throw wrong(`${path}.${unknown}`, 'unknown field beside must, should and must_not');
  const clause = (name: string): readonly Part[] => parseClause(sent.get(name) ?? null, `${path}.${name}`);
  const should = clause('should');
  return all([
    ...clause('must'),
    should.length === 0 ? EMPTY : any(should, `${path}.should`),
    none(clause('must_not'), `${path}.must_not`),
  ]);
}

function parseClause(sent: Json, path: string): readonly Part[] {
  if (sent === null) return [];
  const read = (item: Json, place: string): Part => {
    if (!isJsonObject(item)) throw wrong(place, 'expected a condition');
    return isClauseForm(item) ? parseClauseForm(item, place) : parseCondition(item, place, parseForm);
  };
  if (asList(sent) !== undefined) return each(sent, path, read);
  if (isJsonObject(sent)) return [read(sent, path)];
  throw wrong(path, 'expected a list of conditions');
}
