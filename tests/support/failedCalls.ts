import type { SpanSpec } from './spanSpec.js';
import { chat, TraceMaker } from './traceMaker.js';

/** Twenty attempts in a run under way, of which the provider failed each. */
export function failedCalls(
  pipeline: string,
  { runId, atNs }: { readonly runId: string; readonly atNs: bigint },
): SpanSpec[] {
  const trace = new TraceMaker({
    startNs: atNs,
    common: { 'pipeline.name': pipeline, 'pipeline.run.id': runId, 'pipeline.step.name': 'ask' },
  });
  return Array.from({ length: 20 }, (_, index) =>
    trace.span({
      parent: trace.missing(),
      failed: true,
      attributes: {
        ...chat('wren', {}),
        'pipeline.operation.id': `${trace.traceId} ${index}`,
        'pipeline.attempt.number': 1,
        'pipeline.attempt.outcome': 'failed',
        'pipeline.attempt.error_class': 'server',
      },
    }),
  );
}
