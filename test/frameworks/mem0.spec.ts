import { describeFramework } from './describe-framework.js';
import { pythonSuite } from './framework.js';

describeFramework(pythonSuite('mem0', '2'));
describeFramework(pythonSuite('mem0', '1'));
