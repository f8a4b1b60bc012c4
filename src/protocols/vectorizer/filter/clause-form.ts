import { isJsonObject, type Json, type JsonObject } from '../../../http/json.js';
import { parseCondition } from './condition.js';
import { asList, each, wrong } from './operands.js';
import { all, any, EMPTY, none, type ParseNested, type Part } from './parts.js';

const CLAUSES = ['must', 'should', 'must_not'];

/** Whether an object is clauses, and not keys of which one is called so. Serialisers write null for a clause that is not used. */
export function isClauseForm(sent: JsonObject): boolean {
  return CLAUSES.some((name) => {
    const clause = sent.get(name);
    return clause === null || (clause !== undefined && (isJsonObject(clause) || asList(clause) !== undefined));
  });
}

/** All of `must`, none of `must_not`, and one of `should` where there is any. */
export function parseClauseForm(sent: JsonObject, path: string, parseNested: ParseNested): Part {
  const stranger = [...sent.keys()].find((key) => !CLAUSES.includes(key));
  if (stranger !== undefined) throw wrong(`${path}.${stranger}`, 'unknown field beside must, should and must_not');
  const clause = (name: string): readonly Part[] => parseClause(sent.get(name) ?? null, `${path}.${name}`, parseNested);
  const should = clause('should');
  return all([
    ...clause('must'),
    should.length === 0 ? EMPTY : any(should, `${path}.should`),
    none(clause('must_not'), `${path}.must_not`),
  ]);
}

function parseClause(sent: Json, path: string, parseNested: ParseNested): readonly Part[] {
  if (sent === null) return [];
  const read = (item: Json, place: string): Part => {
    if (!isJsonObject(item)) throw wrong(place, 'expected a condition');
    return isClauseForm(item) ? parseClauseForm(item, place, parseNested) : parseCondition(item, place, parseNested);
  };
  if (asList(sent) !== undefined) return each(sent, path, read);
  if (isJsonObject(sent)) return [read(sent, path)];
  throw wrong(path, 'expected a list of conditions');
}
