import { type DynamicModule, Global, Module } from '@nestjs/common';
import { GatewayMetrics } from './gateway-metrics.js';
import { RequestFeed } from './request-feed.js';
import { RequestObserver } from './request-observer.js';

/** Provides the one observer of requests, and what it counts to `/metrics`. */
@Global()
@Module({})
export class ObservabilityModule {
  static with(observer: RequestObserver): DynamicModule {
    return {
      module: ObservabilityModule,
      providers: [
        { provide: RequestObserver, useValue: observer },
        { provide: GatewayMetrics, useValue: observer.metrics },
        { provide: RequestFeed, useValue: observer.feed },
      ],
      exports: [RequestObserver, GatewayMetrics, RequestFeed],
    };
  }
}
