import { chaosSuite } from '../support/chaosSuite.js';

chaosSuite({ rounds: 50, timeoutMs: 600_000 });
