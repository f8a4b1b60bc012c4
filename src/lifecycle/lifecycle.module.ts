import { type DynamicModule, Module } from '@nestjs/common';
import { Probe } from '../postgres/probe.js';
import { Lifecycle } from './lifecycle.js';
import { ReadinessService } from './readiness.service.js';

/** Whether the gateway starts, serves or stops, and whether it should get requests. */
@Module({})
export class LifecycleModule {
  static with(lifecycle: Lifecycle): DynamicModule {
    return {
      module: LifecycleModule,
      global: true,
      providers: [{ provide: Lifecycle, useValue: lifecycle }, Probe, ReadinessService],
      exports: [Lifecycle, ReadinessService],
    };
  }
}
