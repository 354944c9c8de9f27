import { sloCountingSuite } from '../support/sloCountingSuite.js';

sloCountingSuite(12);
