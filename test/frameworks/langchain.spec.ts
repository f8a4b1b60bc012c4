import { describeFramework } from './describe-framework.js';
import { pythonSuite } from './framework.js';

describeFramework(pythonSuite('langchain', '1.1'));
describeFramework(pythonSuite('langchain', '0.2'));
