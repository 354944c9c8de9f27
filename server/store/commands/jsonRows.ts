/** Rows as JSON for a statement that takes them all at once: 64-bit numbers become texts, or lose their last digits. */
export const jsonRows = (rows: readonly object[]): string =>
  JSON.stringify(rows, (_name, part: unknown) =>
    typeof part === 'bigint' ? part.toString() : part,
  );
