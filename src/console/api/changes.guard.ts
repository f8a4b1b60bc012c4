import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { CONFIG, type Config } from '../../config/config.js';
import { RULE, type Rule } from '../../keys/allow.js';
import { consoleModeOf } from '../console-mode.js';
import { ConsoleError } from './console-error.js';

/** Refuses what changes anything, by the rule of its route, where the console only reads. */
@Injectable()
export class ChangesGuard implements CanActivate {
  private readonly isReadOnly: boolean;

  constructor(
    private readonly reflector: Reflector,
    @Inject(CONFIG) config: Config,
  ) {
    this.isReadOnly = consoleModeOf(config) === 'read-only';
  }

  /** @throws ConsoleError 403 */
  canActivate(context: ExecutionContext): boolean {
    if (!this.isReadOnly) return true;
    const rule = this.reflector.getAllAndOverride<Rule | undefined>(RULE, [context.getHandler(), context.getClass()]);
    const { method } = context.switchToHttp().getRequest<Request>();
    const isRead = rule === 'read' || rule === 'key' || (rule === 'operator' && method === 'GET');
    if (isRead) return true;
    throw new ConsoleError(403, 'read_only', 'The console is read-only here (POLYVEC_CONSOLE)');
  }
}
