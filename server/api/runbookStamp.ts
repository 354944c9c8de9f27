/** The stamp `tested` in a runbook's file: when somebody last followed its steps, and what they lead to was seen. */
import { randomUUID } from 'node:crypto';
import { rename, rm, stat, writeFile } from 'node:fs/promises';

/** Puts a day into the front matter of a file, which is written whole or not at all. Nothing else of it changes. */
export async function stampTested(
  file: string,
  { text, day }: { readonly text: string; readonly day: string },
): Promise<void> {
  const head = /^---\r?\n[\s\S]*?\r?\n---/.exec(text)?.[0] ?? '';
  const stamped = head.replace(/^tested:.*$/m, `tested: ${day}`);
  if (stamped === head && !head.includes(`tested: ${day}`)) {
    throw new Error(`${file} has no line "tested:" in its front matter`);
  }
  const { mode } = await stat(file);
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    await writeFile(temporary, stamped + text.slice(head.length), { mode, flush: true });
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
