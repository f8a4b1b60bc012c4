import { describeFramework } from './describe-framework.js';
import { javascriptSuite } from './framework.js';

describeFramework(javascriptSuite('langchain-js', '1'));
describeFramework(javascriptSuite('langchain-js', '0.3'));
