import type { AssertionNode, FlagChange, Node } from './ast.js';
import { complement, EVERYTHING } from './code-point-set.js';
import { evaluateClass, evaluateLiteral, type Scope } from './evaluate-class.js';
import { alternation, capture, concatenation, EMPTY, type Expression, look, repeat, set } from './expression.js';
import { RegexSyntaxError } from './syntax-error.js';

const NOT_LINE_FEED = complement([0x0a, 0x0a]);
const NOT_LINE_END = complement([0x0a, 0x0a, 0x0d, 0x0d]);

/** About fifty bracketed classes as rich as `\w`. */
const ALLOWANCE = 80_000;

/**
 * Works the flags into the tree.
 * @throws RegexSyntaxError for what only shows here: unknown properties, and `(?-u)` where it could match half a character
 * @throws RegexTooLargeError
 */
export function evaluateRegex(root: Node): Expression {
  return evaluate(root, { flags: {}, allowance: { bounds: ALLOWANCE } });
}

function evaluate(node: Node, scope: Scope): Expression {
  const { flags } = scope;
  switch (node.kind) {
    case 'empty':
      return EMPTY;
    case 'flags':
      scope.flags = { ...flags, ...node.flags };
      return EMPTY;
    case 'literal':
      return set(evaluateLiteral(node, scope), flags.u === false);
    case 'perl':
    case 'property':
    case 'bracket':
      return set(evaluateClass(node, scope), flags.u === false);
    case 'dot':
      return evaluateDot(node, flags);
    case 'assertion':
      return evaluateAssertion(node, flags);
    case 'group':
      return evaluateGroup(node, scope);
    case 'repetition':
      return repeat(evaluate(node.body, scope), node.least, node.most);
    case 'concatenation':
      return concatenation(node.parts.map((part) => evaluate(part, scope)));
    case 'alternation':
      return alternation(node.branches.map((branch) => evaluate(branch, scope)));
  }
}

function evaluateGroup(node: Extract<Node, { kind: 'group' }>, { flags, allowance }: Scope): Expression {
  if (node.group.kind === 'capture') return capture(evaluate(node.body, { flags, allowance }), node.group.index);
  return evaluate(node.body, { flags: { ...flags, ...node.group.flags }, allowance });
}

function evaluateDot(node: Extract<Node, { kind: 'dot' }>, flags: FlagChange): Expression {
  if (flags.u === false) throw new RegexSyntaxError('pattern can match invalid UTF-8', [node.span]);
  if (flags.s === true) return set(EVERYTHING, false);
  return set(flags.R === true ? NOT_LINE_END : NOT_LINE_FEED, false);
}

function evaluateAssertion(node: AssertionNode, flags: FlagChange): Expression {
  const { assertion } = node;
  if (assertion !== 'start-line' && assertion !== 'end-line') return look({ kind: assertion, isAscii: flags.u === false });
  if (flags.m === true) return look({ kind: assertion, isCrlf: flags.R === true });
  return look({ kind: assertion === 'start-line' ? 'start-text' : 'end-text', isAscii: false });
}
