import { chaosSuite } from '../support/chaosSuite.js';

chaosSuite({ rounds: 4, timeoutMs: 120_000 });
