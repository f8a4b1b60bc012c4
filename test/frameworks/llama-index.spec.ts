import { describeFramework } from './describe-framework.js';
import { pythonSuite } from './framework.js';

describeFramework(pythonSuite('llama-index', '0.14'));
describeFramework(pythonSuite('llama-index', '0.13'));
