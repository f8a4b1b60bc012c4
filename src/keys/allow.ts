import { type CustomDecorator, SetMetadata } from '@nestjs/common';
import type { Permission } from '../tenants/caller.js';

/** What a route asks of a caller: a permission, any good `key`, `admin` in every tenant and collection of an `operator`, or nothing of `anyone`. */
export type Rule = Permission | 'key' | 'operator' | 'anyone';

export const RULE = 'polyvec:rule';

/** Who may call the route, or all routes of a controller that have no rule of their own. One without a rule answers nobody. */
export function Allow(rule: Rule): CustomDecorator {
  return SetMetadata(RULE, rule);
}
