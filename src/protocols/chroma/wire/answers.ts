/** The answer of a call that returns nothing. */
export const EMPTY = '{}';
