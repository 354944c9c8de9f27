/**
 * Waits for work, but not for ever: what comes too late is heard by nobody.
 * @param onLate makes the answer in its place, or throws.
 */
export async function inTime<Done, Late>(
  work: Promise<Done>,
  timeoutMs: number,
  onLate: () => Late,
): Promise<Done | Late> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, timeoutMs);
  }).then(onLate);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
