import { describeFramework } from './describe-framework.js';
import { pythonSuite } from './framework.js';

// its gRPC client, by an index's name, dials with TLS whatever the index says
describeFramework(pythonSuite('open-webui', '0.12'), { isSecure: true });
describeFramework(pythonSuite('open-webui', '0.6'), { isSecure: true });
