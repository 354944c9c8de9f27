import { enCost } from './enCost.js';
import { addEnglish } from './t.js';

// The sentences about costs, budgets and retries come with these pages' code: the first view of others waits not for them.
addEnglish(enCost);

export { locale, t } from './t.js';
