import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { requireEveryCollection, requireEveryTenant, requirePermission } from '../tenants/caller.js';
import { RULE, type Rule } from './allow.js';

/** Holds every route to its rule. */
@Injectable()
export class RuleGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  /** @throws GatewayError `unauthenticated` or `forbidden` */
  canActivate(context: ExecutionContext): boolean {
    const rule = this.reflector.getAllAndOverride<Rule | undefined>(RULE, [context.getHandler(), context.getClass()]);
    if (rule === undefined) throw new Error(`no rule for ${context.getClass().name}.${context.getHandler().name}`);
    if (rule === 'operator') {
      requirePermission('admin');
      requireEveryTenant();
      requireEveryCollection();
    } else if (rule !== 'anyone') requirePermission(rule);
    return true;
  }
}
