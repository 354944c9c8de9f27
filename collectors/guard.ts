/**
 * Runs one telemetry operation and swallows whatever it throws: telemetry must never break a pipeline. What is lost
 * this way is a fault of ours, not of the delivery, and shows in the span that is missing.
 */
export function guard<T>(operation: () => T): T | undefined {
  try {
    return operation();
  } catch {
    return undefined;
  }
}
