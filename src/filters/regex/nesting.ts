import type { ClassItem, ClassSet, Node, Span } from './ast.js';
import { RegexSyntaxError } from './syntax-error.js';

/** Rust's own limit; it also bounds every recursion over the tree. */
const LIMIT = 250;

/** @throws RegexSyntaxError at the first part of the tree that stands deeper than the limit */
export function checkNesting(node: Node, depth = 0): void {
  switch (node.kind) {
    case 'bracket':
      checkSet(node.set, deeper(node.span, depth));
      return;
    case 'group':
    case 'repetition':
      checkNesting(node.body, deeper(node.span, depth));
      return;
    case 'concatenation':
      checkEach(node.parts, deeper(node.span, depth));
      return;
    case 'alternation':
      checkEach(node.branches, deeper(node.span, depth));
      return;
    default:
  }
}

function checkEach(nodes: readonly Node[], depth: number): void {
  for (const node of nodes) checkNesting(node, depth);
}

function checkSet(set: ClassSet, depth: number): void {
  if (set.kind === 'operation') {
    const inner = deeper(set.span, depth);
    checkSet(set.left, inner);
    checkSet(set.right, inner);
    return;
  }
  const inner = set.items.length > 1 ? deeper(set.span, depth) : depth;
  for (const item of set.items) checkItem(item, inner);
}

function checkItem(item: ClassItem, depth: number): void {
  if (item.kind === 'bracket') checkSet(item.set, deeper(item.span, depth));
}

function deeper(span: Span, depth: number): number {
  if (depth < LIMIT) return depth + 1;
  throw new RegexSyntaxError(`exceed the maximum number of nested parentheses/brackets (${LIMIT})`, [span]);
}
