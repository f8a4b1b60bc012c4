/** A JSON scalar; a number is its source text, so that `1.0` and an int64 stay what they are. */
export type Scalar = string | boolean | { readonly number: string };

/** Every filter is true or false for every record: there is no third answer. */
export type Filter =
  | { readonly kind: 'and'; readonly operands: readonly Filter[] }
  | { readonly kind: 'or'; readonly operands: readonly Filter[] }
  | { readonly kind: 'not'; readonly operand: Filter }
  | { readonly kind: 'exists'; readonly field: string }
  /** The value is one of these. Numbers are equal when their values are: `1` is `1.0`. */
  | { readonly kind: 'is'; readonly field: string; readonly values: readonly Scalar[] }
  /** The value is a list that holds one of these. */
  | { readonly kind: 'has'; readonly field: string; readonly values: readonly Scalar[] }
  /** As `has`, and integers differ from floats: a list of `1` does not hold `1.0`. */
  | { readonly kind: 'hasExactly'; readonly field: string; readonly values: readonly Scalar[] }
  /** The value is of the operand's type and compares so; strings by code point. */
  | {
      readonly kind: 'compare';
      readonly field: string;
      readonly op: Comparison;
      readonly value: { readonly number: string } | string;
    }
  /** The record has a document, or a uri, and it is one of these texts; null: any text. */
  | { readonly kind: 'content'; readonly part: 'document' | 'uri'; readonly values: readonly string[] | null }
  | { readonly kind: 'id'; readonly values: readonly string[] }
  /** The record has a document, and it contains the text, or matches the regular expression (`filters/regex`). */
  | { readonly kind: 'document'; readonly op: 'contains' | 'matches'; readonly pattern: string };

export type Comparison = '<' | '<=' | '>' | '>=';

/** Matches every record when there are no operands. */
export const and = (...operands: readonly Filter[]): Filter => ({ kind: 'and', operands });
/** Matches no record when there are no operands. */
export const or = (...operands: readonly Filter[]): Filter => ({ kind: 'or', operands });
export const not = (operand: Filter): Filter => ({ kind: 'not', operand });
export const exists = (field: string): Filter => ({ kind: 'exists', field });
export const is = (field: string, ...values: readonly Scalar[]): Filter => ({ kind: 'is', field, values });
export const has = (field: string, ...values: readonly Scalar[]): Filter => ({ kind: 'has', field, values });
export const id = (...values: readonly string[]): Filter => ({ kind: 'id', values });
