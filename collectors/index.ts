/** What a pipeline author imports. See README.md for the quick start. */
export { createCollector } from './collector.js';
export type { Collector, CollectorOptions, CollectorStats } from './collector.js';
export { flush, setDefaultCollector, shutdown } from './defaultCollector.js';
export { errorClass } from './errorClass.js';
export type * from './handles.js';
export { modelCall } from './modelCall.js';
export { pipeline } from './pipeline.js';
export type { Pipeline, PipelineOptions } from './pipeline.js';
export { qualityCheck } from './qualityCheck.js';
export { ReservationRefused, withReservation } from './reservation.js';
export type { RefusalReason, ReservationHandle, ReservationOptions } from './reservation.js';
export { retry } from './retry.js';
export { createRetryBudget } from './retryBudget.js';
export type { RetryBudget, RetryBudgetOptions } from './retryBudget.js';
export type { Runtime } from './runtime.js';
export { step } from './step.js';
