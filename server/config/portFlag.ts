import { InvalidArgumentError } from 'commander';

/** The value of a flag that is a port: 0 is any free one. @throws InvalidArgumentError */
export function port(text: string): number {
  const number = Number(text);
  if (!/^\d{1,5}$/.test(text) || number > 65_535) {
    throw new InvalidArgumentError('must be a whole number from 0 to 65535');
  }
  return number;
}
