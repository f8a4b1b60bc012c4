import { and, type Filter, not, or } from '../../../filters/filter.js';
import { invalidArgument } from '../pinecone-error.js';

/**
 * The subset of Lucene's syntax that is served: words and "phrases", each with a field in front (`title:word`) and a boost behind
 * (`word^2`), groups in parentheses, `AND`, `OR`, `NOT`, `+` and `-`. Everything else is refused.
 */
export type QueryNode =
  | {
      readonly kind: 'words';
      readonly fields: readonly string[];
      readonly text: string;
      readonly isPhrase: boolean;
      readonly boost: number;
    }
  | { readonly kind: 'group'; readonly clauses: readonly Clause[] };

interface Clause {
  readonly occurs: 'must' | 'should' | 'not';
  readonly node: QueryNode;
}

/** A word or a phrase to score by, in one field, for the records that it counts for. */
export interface ScoredText {
  readonly field: string;
  readonly text: string;
  readonly weight: number;
  readonly filter: Filter;
}

type PlaceOf = (field: string) => string | null;

const TOKEN =
  /\s*(?:(?<mark>[()+])|(?<minus>-)|"(?<phrase>[^"\\]*)"|(?<field>[\p{L}\p{N}_.]+):|\^(?<boost>\d+(?:\.\d+)?)|(?<word>[\p{L}\p{N}_][\p{L}\p{N}_'.@#-]*))/uy;
const MAX_DEPTH = 20;

type Token = Readonly<Record<'mark' | 'minus' | 'phrase' | 'field' | 'boost' | 'word', string | undefined>>;

/** @throws PineconeError 400 for what is not of the subset, and for a field without full-text search */
export function parseQueryString(query: string, texts: readonly string[]): QueryNode {
  return new Parser(tokens(query), texts).all();
}

/** What records match. */
export function filterOf(node: QueryNode, placeOf: PlaceOf): Filter {
  if (node.kind === 'words') return or(...node.fields.map((field) => wordsFilter(node, placeOf(field))));
  const of = (occurs: Clause['occurs']): readonly Filter[] =>
    node.clauses.filter((clause) => clause.occurs === occurs).map((clause) => filterOf(clause.node, placeOf));
  const must = of('must');
  return and(...(must.length > 0 ? must : [or(...of('should'))]), ...of('not').map((filter) => not(filter)));
}

/** What they are scored by: all that they may have, of groups that match. */
export function textsOf(node: QueryNode, placeOf: PlaceOf, within: readonly Filter[] = []): readonly ScoredText[] {
  if (node.kind === 'words') {
    return node.fields.map((field) => {
      const filter = and(...within, wordsFilter(node, placeOf(field)));
      return { field, text: node.text, weight: node.boost, filter };
    });
  }
  const inside = [...within, filterOf(node, placeOf)];
  return node.clauses.flatMap((clause) => (clause.occurs === 'not' ? [] : textsOf(clause.node, placeOf, inside)));
}

function wordsFilter(node: Extract<QueryNode, { kind: 'words' }>, field: string | null): Filter {
  return { kind: 'words', field, op: node.isPhrase ? 'phrase' : 'all', text: node.text };
}

function tokens(query: string): readonly Token[] {
  const found: Token[] = [];
  const end = query.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(query);
    if (match?.groups === undefined) throw wrong(`'${query.slice(start, start + 20).trim()}' is not served`);
    found.push(match.groups as Token);
  }
  return found;
}

class Parser {
  private next = 0;

  constructor(
    private readonly found: readonly Token[],
    private readonly texts: readonly string[],
  ) {}

  all(): QueryNode {
    const node = this.group(this.texts, 0);
    if (this.next < this.found.length) throw wrong("')' has no '('");
    return node;
  }

  private group(fields: readonly string[], depth: number): QueryNode {
    if (depth > MAX_DEPTH) throw wrong('too many parentheses within each other');
    const clauses: { occurs: Clause['occurs']; node: QueryNode }[] = [];
    let joint = '';
    for (let token = this.found[this.next]; token !== undefined && token.mark !== ')'; token = this.found[this.next]) {
      if (token.word === 'AND' || token.word === 'OR') {
        if (joint !== '' || clauses.length === 0) throw wrong(`${token.word} needs a clause on both sides`);
        joint = token.word;
        this.next += 1;
        continue;
      }
      const occurs = this.occurrence();
      const before = clauses.at(-1);
      if (joint === 'AND' && before?.occurs === 'should') before.occurs = 'must';
      clauses.push({ occurs: joint === 'AND' && occurs === 'should' ? 'must' : occurs, node: this.clause(fields, depth) });
      joint = '';
    }
    if (joint !== '') throw wrong(`${joint} needs a clause on both sides`);
    if (!clauses.some(({ occurs }) => occurs !== 'not')) throw wrong('expected a word, a phrase or a group that is not excluded');
    return { kind: 'group', clauses };
  }

  private occurrence(): Clause['occurs'] {
    const token = this.found[this.next];
    if (token?.mark === '+') {
      this.next += 1;
      return 'must';
    }
    if (token?.minus === undefined && token?.word !== 'NOT') return 'should';
    this.next += 1;
    return 'not';
  }

  private clause(fields: readonly string[], depth: number): QueryNode {
    const token = this.found[this.next];
    this.next += 1;
    if (token?.field !== undefined) {
      if (!this.texts.includes(token.field)) throw wrong(`'${token.field}' is not a field with full_text_search`);
      return this.clause([token.field], depth + 1);
    }
    if (token?.mark === '(') {
      const group = this.group(fields, depth + 1);
      if (this.found[this.next]?.mark !== ')') throw wrong("'(' is not closed");
      this.next += 1;
      return boosted(group, this.boost());
    }
    const text = token?.word ?? token?.phrase;
    if (text === undefined || text === 'AND' || text === 'OR' || text === 'NOT')
      throw wrong('expected a word, a phrase or a group');
    return { kind: 'words', fields, text, isPhrase: token?.phrase !== undefined, boost: this.boost() };
  }

  private boost(): number {
    const boost = this.found[this.next]?.boost;
    if (boost === undefined) return 1;
    this.next += 1;
    return Number(boost);
  }
}

function boosted(node: QueryNode, boost: number): QueryNode {
  if (boost === 1) return node;
  if (node.kind === 'words') return { ...node, boost: node.boost * boost };
  return { kind: 'group', clauses: node.clauses.map((clause) => ({ ...clause, node: boosted(clause.node, boost) })) };
}

function wrong(reason: string): Error {
  return invalidArgument(`score_by: query_string: ${reason}`);
}
