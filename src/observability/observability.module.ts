import { Global, Module, type DynamicModule } from '@nestjs/common';
import { GatewayMetrics } from './gateway-metrics.js';
import { RequestObserver } from './request-observer.js';

/** Gives whoever takes requests the one observer, and `/metrics` what it counts. */
@Global()
@Module({})
export class ObservabilityModule {
  static with(observer: RequestObserver): DynamicModule {
    return {
      module: ObservabilityModule,
      providers: [
        { provide: RequestObserver, useValue: observer },
        { provide: GatewayMetrics, useValue: observer.metrics },
      ],
      exports: [RequestObserver, GatewayMetrics],
    };
  }
}
