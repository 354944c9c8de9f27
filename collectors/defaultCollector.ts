import { detectResources, envDetector } from '@opentelemetry/resources';
import { createCollector, coreOf, type Collector, type CollectorCore } from './collector.js';

let chosen: CollectorCore | undefined;

/**
 * The collector of everything that names none. Made on first use from the standard variables
 * OTEL_EXPORTER_OTLP_ENDPOINT (or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT), OTEL_EXPORTER_OTLP_HEADERS, OTEL_SERVICE_NAME,
 * OTEL_RESOURCE_ATTRIBUTES and OTEL_SDK_DISABLED. A bad variable costs the telemetry, never the pipeline.
 */
export function defaultCollector(): CollectorCore {
  chosen ??= fromEnvironment(process.env);
  return chosen;
}

/** @throws TypeError unless the collector came from `createCollector`. */
export function setDefaultCollector(collector: Collector): void {
  chosen = coreOf(collector);
}

/** Sends all that the default collector holds. True when nothing is left; never rejects. */
export async function flush(options?: { timeoutMs?: number }): Promise<boolean> {
  return (await chosen?.flush(options)) ?? true;
}

/** Flushes the default collector and stops it: call it before `process.exit` and on SIGTERM. Never rejects. */
export async function shutdown(options?: { timeoutMs?: number }): Promise<void> {
  await chosen?.shutdown(options);
}

function fromEnvironment(env: NodeJS.ProcessEnv): CollectorCore {
  const endpoint = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  const disabled = env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true';
  try {
    const resource = detectResources({ detectors: [envDetector] }).attributes;
    return coreOf(
      createCollector({
        disabled,
        resource: resource as Record<string, string>,
        headers: headersOf(env['OTEL_EXPORTER_OTLP_HEADERS'] ?? ''),
        ...(endpoint === undefined || endpoint === '' ? {} : { endpoint }),
      }),
    );
  } catch {
    process.stderr.write(
      'burnbook: OTEL_EXPORTER_OTLP_ENDPOINT is not an http or https URL: no telemetry is sent\n',
    );
    return coreOf(createCollector({ disabled: true }));
  }
}

/** `name=value,name=value`, values percent-encoded; what is not so is left out. */
function headersOf(text: string): Record<string, string> {
  const pairs = text.split(',').flatMap((pair) => {
    const at = pair.indexOf('=');
    return at > 0 ? [[pair.slice(0, at).trim(), pair.slice(at + 1).trim()] as const] : [];
  });
  return Object.fromEntries(pairs.map(([name, value]) => [name, decoded(value)]));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
