/** The port that the program is told to listen on. */
import { InvalidArgumentError } from 'commander';

/** @throws InvalidArgumentError, which commander tells */
export function portOption(text: string): number {
  const number = Number(text);
  if (!/^\d{1,5}$/.test(text) || number > 65_535) {
    throw new InvalidArgumentError('must be a whole number from 0 to 65535');
  }
  return number;
}
