/**
 * What the API says, once: the zod schemas that validate, document (OpenAPI) and type every answer.
 *
 * The web imports the types alone. Money is a decimal string of US dollars with up to nine places, exact. Times are
 * RFC 3339 in UTC. 64-bit integers beyond 2^53 are strings. `null` means unknown, never zero.
 */
export * from './contract/common.js';
export * from './contract/batch.js';
export * from './contract/cost.js';
export * from './contract/demo.js';
export * from './contract/budget.js';
export * from './contract/reservation.js';
export * from './contract/costs.js';
export * from './contract/batchSize.js';
export * from './contract/exclusion.js';
export * from './contract/waste.js';
export * from './contract/price.js';
export * from './contract/trace.js';
export * from './contract/runbook.js';
export * from './contract/alert.js';
export * from './contract/executionSummary.js';
export * from './contract/execution.js';
export * from './contract/delivery.js';
export * from './contract/slo.js';
export * from './contract/backup.js';
