/** Offsets into the pattern in code points; the end is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type FlagName = 'i' | 'm' | 's' | 'U' | 'u' | 'R' | 'x';

export type FlagChange = Readonly<Partial<Record<FlagName, boolean>>>;

export type AssertionKind =
  | 'start-line'
  | 'end-line'
  | 'start-text'
  | 'end-text'
  | 'word-boundary'
  | 'not-word-boundary'
  | 'word-start'
  | 'word-end'
  | 'word-start-half'
  | 'word-end-half';

/** `isByte` marks `\xNN`, the one spelling that means a byte, not a character, where Unicode is switched off. */
export interface LiteralNode {
  readonly kind: 'literal';
  readonly span: Span;
  readonly character: number;
  readonly isByte: boolean;
}

/** `\d`, `\s` or `\w`, or their negations. */
export interface PerlNode {
  readonly kind: 'perl';
  readonly span: Span;
  readonly name: 'd' | 's' | 'w';
  readonly isNegated: boolean;
}

/** `\p{name}` or `\p{name=value}`. */
export interface PropertyNode {
  readonly kind: 'property';
  readonly span: Span;
  readonly name: string;
  readonly value: string | undefined;
  readonly isNegated: boolean;
}

export interface AssertionNode {
  readonly kind: 'assertion';
  readonly span: Span;
  readonly assertion: AssertionKind;
}

/** What one escape, or one character outside brackets, can stand for. */
export type PrimitiveNode = LiteralNode | PerlNode | PropertyNode | AssertionNode | { readonly kind: 'dot'; readonly span: Span };

export type ClassOperator = '&&' | '--' | '~~';

export interface BracketNode {
  readonly kind: 'bracket';
  readonly span: Span;
  readonly isNegated: boolean;
  readonly set: ClassSet;
}

export type ClassItem =
  | LiteralNode
  | PerlNode
  | PropertyNode
  | BracketNode
  | { readonly kind: 'range'; readonly span: Span; readonly first: LiteralNode; readonly last: LiteralNode }
  | { readonly kind: 'ascii'; readonly span: Span; readonly name: string; readonly isNegated: boolean };

export type ClassSet =
  | { readonly kind: 'union'; readonly span: Span; readonly items: readonly ClassItem[] }
  | {
      readonly kind: 'operation';
      readonly span: Span;
      readonly operator: ClassOperator;
      readonly left: ClassSet;
      readonly right: ClassSet;
    };

/** A parsed pattern. Greedy and lazy repetition are one: only whether there is a match counts. */
export type Node =
  | PrimitiveNode
  | BracketNode
  | { readonly kind: 'empty'; readonly span: Span }
  | { readonly kind: 'flags'; readonly span: Span; readonly flags: FlagChange }
  | { readonly kind: 'group'; readonly span: Span; readonly group: GroupHead; readonly body: Node }
  | {
      readonly kind: 'repetition';
      readonly span: Span;
      readonly body: Node;
      readonly least: number;
      readonly most: number | undefined;
    }
  | { readonly kind: 'concatenation'; readonly span: Span; readonly parts: readonly Node[] }
  | { readonly kind: 'alternation'; readonly span: Span; readonly branches: readonly Node[] };

/** What stands behind the opening parenthesis. */
export type GroupHead =
  { readonly kind: 'capture'; readonly index: number } | { readonly kind: 'plain'; readonly flags: FlagChange };
