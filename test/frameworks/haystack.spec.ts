import { describeFramework } from './describe-framework.js';
import { pythonSuite } from './framework.js';

describeFramework(pythonSuite('haystack', '3'));
describeFramework(pythonSuite('haystack', '2'));
