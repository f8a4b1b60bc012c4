import { textArray } from './binary.js';

/** What may stand in `${…}`: it becomes a parameter. A list of texts becomes one `text[]`; a Buffer is sent in binary form. */
export type SqlValue = string | number | bigint | boolean | null | Buffer | readonly string[];

/** A statement, or a piece of one: text with holes, and the values for the holes. */
export class Sql {
  constructor(
    readonly strings: readonly string[],
    readonly values: readonly SqlValue[],
    /** See `keepingPlan`. */
    readonly keepsPlan = false,
  ) {}

  /** The text with `$1`, `$2`, … in its holes. */
  get text(): string {
    let text = this.strings[0] ?? '';
    for (let hole = 1; hole < this.strings.length; hole += 1) text += `$${String(hole)}${this.strings[hole] ?? ''}`;
    return text;
  }

  /** The values in the form that the driver sends. */
  get parameters(): (string | number | bigint | boolean | null | Buffer)[] {
    return this.values.map((value) => (isTextList(value) ? textArray(value) : value));
  }
}

/** Writes SQL: every value becomes a parameter, nested `sql` is spliced in. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (Sql | SqlValue)[]): Sql {
  const texts: string[] = [strings[0] ?? ''];
  const values: SqlValue[] = [];
  parts.forEach((part, index) => {
    const after = strings[index + 1] ?? '';
    if (part instanceof Sql) {
      texts.push(`${texts.pop() ?? ''}${part.strings[0] ?? ''}`);
      for (const text of part.strings.slice(1)) texts.push(text);
      for (const value of part.values) values.push(value);
      texts.push(`${texts.pop() ?? ''}${after}`);
    } else {
      texts.push(after);
      values.push(part);
    }
  });
  return new Sql(texts, values);
}

/**
 * A whole statement whose best plan is the same for all values and any number of rows, because it finds what it reads by whole keys: a
 * session may keep its plan. It stays as it is where `isSo` is false.
 */
export function keepingPlan(statement: Sql, isSo = true): Sql {
  return isSo ? new Sql(statement.strings, statement.values, true) : statement;
}

/** Joins pieces with a separator, which is SQL text, never a value. Any number of pieces, in linear time. */
export function join(pieces: readonly Sql[], separator: ' AND ' | ' OR ' | ' + ' | ', '): Sql {
  const texts: string[] = [''];
  const values: SqlValue[] = [];
  pieces.forEach((piece, index) => {
    const before = texts.pop() ?? '';
    texts.push(`${before}${index === 0 ? '' : separator}${piece.strings[0] ?? ''}`);
    for (const text of piece.strings.slice(1)) texts.push(text);
    for (const value of piece.values) values.push(value);
  });
  return new Sql(texts, values);
}

/** A quoted name. */
export function identifier(name: string): Sql {
  return new Sql([`"${name.replaceAll('"', '""')}"`], []);
}

/**
 * A text in the statement's own text, for the places that take no parameter; it means the same whatever the server's settings
 * for backslashes are.
 * @throws TypeError for a text with a NUL, which Postgres cannot hold
 */
export function literal(text: string): Sql {
  if (text.includes('\0')) throw new TypeError('a text with a NUL');
  return new Sql([`E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`], []);
}

/** A whole number in the text itself, for the places that take no parameter. */
export function integer(value: number): Sql {
  if (!Number.isSafeInteger(value)) throw new TypeError(`not an integer: ${String(value)}`);
  return new Sql([String(value)], []);
}

function isTextList(value: SqlValue): value is readonly string[] {
  return Array.isArray(value);
}
