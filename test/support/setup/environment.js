import { TestEnvironment } from 'jest-environment-node';

/** Outlives a test file: it is one for each jest worker. */
let host;

/** Node's, with the gateways of this worker; those that a test file leaves running are stopped at its end. */
export default class GatewayEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    // jest loads this file in a way that knows no TypeScript
    const { GatewayHost } = await import('../gateway/gateway-host.ts');
    host ??= new GatewayHost();
    this.global.gatewayHost = host;
  }

  async teardown() {
    await host?.endOfFile();
    await super.teardown();
  }
}
