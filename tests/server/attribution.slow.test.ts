import { attributionSuite } from '../support/attributionSuite.js';

attributionSuite(20);
