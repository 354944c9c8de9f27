/**
 * Text with the signs that turn the reading direction shown as U+FFFD: a name that holds one would show the sentence
 * around it backwards, figures included. Letters that are read from right to left stay as they are.
 */
export const unturned = (text: string): string =>
  text.replaceAll(/[\u202A-\u202E\u2066-\u2069]/g, '\uFFFD');
