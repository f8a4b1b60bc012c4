import { describeFramework } from './describe-framework.js';
import { javascriptSuite } from './framework.js';

describeFramework(javascriptSuite('mastra', '1'));
describeFramework(javascriptSuite('mastra', '0.11'));
