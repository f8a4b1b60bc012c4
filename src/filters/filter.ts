/** A JSON scalar; a number is its source text, so that `1.0` and an int64 stay what they are. */
export type Scalar = string | boolean | { readonly number: string };

/** Where a value lies in the metadata: one key, or keys of objects within each other, from the outside in. Never an index of a list. */
export type FieldPath = string | readonly string[];

/** A place on earth, in degrees: a latitude of -90 to 90, a longitude of -180 to 180. */
export interface GeoPoint {
  readonly lat: number;
  readonly lon: number;
}

interface Joined<Kind extends 'and' | 'or'> {
  readonly kind: Kind;
  readonly operands: readonly Filter[];
  /** The client wrote it as one condition, however many it takes here: limits count what the client sees. */
  readonly isOneCondition?: true;
}

/** Filters joined. */
export type Group = Joined<'and'> | Joined<'or'>;

/** Every filter is true or false for every record: there is no third answer. */
export type Filter =
  | Group
  | { readonly kind: 'not'; readonly operand: Filter }
  | { readonly kind: 'exists'; readonly field: FieldPath }
  /** The value is one of these. Numbers are equal when their values are: `1` is `1.0`. Null is a value; a missing field has none. */
  | { readonly kind: 'is'; readonly field: FieldPath; readonly values: readonly (Scalar | null)[] }
  /** The value is a list that holds one of these. */
  | { readonly kind: 'has'; readonly field: FieldPath; readonly values: readonly Scalar[] }
  /** As `has`, and integers differ from floats: a list of `1` does not hold `1.0`. */
  | { readonly kind: 'hasExactly'; readonly field: FieldPath; readonly values: readonly Scalar[] }
  /** The value is the whole of this JSON text, lists and objects included; numbers as in `is`, keys in any order. */
  | { readonly kind: 'equals'; readonly field: FieldPath; readonly json: string }
  /** The value is of the operand's type and compares so; strings by code point. */
  | {
      readonly kind: 'compare';
      readonly field: FieldPath;
      readonly op: Comparison;
      readonly value: { readonly number: string } | string;
    }
  /** The value is a string, and the text lies in it so, character by character. */
  | { readonly kind: 'text'; readonly field: FieldPath; readonly op: TextPosition; readonly text: string }
  /** How many elements a list has, keys an object, bytes a string in UTF-8. Other values have no size, and do not match. */
  | { readonly kind: 'size'; readonly field: FieldPath; readonly op: Comparison; readonly value: { readonly number: string } }
  /** The value is a place, `{"lat":…,"lon":…}` or `[lat, lon]`, between these corners or on the edge. */
  | { readonly kind: 'geo_box'; readonly field: FieldPath; readonly southWest: GeoPoint; readonly northEast: GeoPoint }
  /** The value is a place at most so many metres away, along the surface of a sphere of radius 6371 km. */
  | { readonly kind: 'geo_radius'; readonly field: FieldPath; readonly center: GeoPoint; readonly metres: number }
  /** The record has a document, or a uri, and it is one of these texts; null: any text. */
  | { readonly kind: 'content'; readonly part: 'document' | 'uri'; readonly values: readonly string[] | null }
  /** The document, or the text of a field, has these words: all of them, one of them, or all of them in a row. */
  | { readonly kind: 'words'; readonly field: string | null; readonly op: WordOperator; readonly text: string }
  | { readonly kind: 'id'; readonly values: readonly string[] }
  /** The record has a document, and it contains the text. */
  | { readonly kind: 'document'; readonly op: 'contains'; readonly pattern: string }
  /** The record has a document, and it matches the pattern. `translated` is the same pattern for Postgres: see `matches`. */
  | { readonly kind: 'document'; readonly op: 'matches'; readonly pattern: string; readonly translated: string };

export type Comparison = '<' | '<=' | '>' | '>=';
export type WordOperator = 'all' | 'any' | 'phrase';
export type TextPosition = 'contains' | 'prefix' | 'suffix';

/** Matches every record when there are no operands. */
export const and = (...operands: readonly Filter[]): Group => ({ kind: 'and', operands });
/** Matches no record when there are no operands. */
export const or = (...operands: readonly Filter[]): Group => ({ kind: 'or', operands });
export const not = (operand: Filter): Filter => ({ kind: 'not', operand });
export const exists = (field: FieldPath): Filter => ({ kind: 'exists', field });
export const is = (field: FieldPath, ...values: readonly (Scalar | null)[]): Filter => ({ kind: 'is', field, values });
export const has = (field: FieldPath, ...values: readonly Scalar[]): Filter => ({ kind: 'has', field, values });
export const id = (...values: readonly string[]): Filter => ({ kind: 'id', values });
/** What a client wrote as one condition. */
export const oneCondition = (group: Group): Group => ({ ...group, isOneCondition: true });
