/** A price version in words. */
import { formatUsd } from '@burnbook/domain/money';

const CLASS_WORDS: Readonly<Record<string, string>> = {
  input: 'in',
  output: 'out',
  cacheRead: 'cache read',
  cacheWrite: 'cache write',
  cacheWrite1h: 'cache write 1 h',
  audioInput: 'audio in',
  audioOutput: 'audio out',
  audioCacheRead: 'audio cache read',
  imageInput: 'image in',
  imageOutput: 'image out',
  imageCacheRead: 'image cache read',
  reasoning: 'reasoning',
  cpu: 'CPU',
  memory: 'GB',
  request: 'requests',
  second: 'seconds',
  image: 'images',
};

/** @param units JSON of a price version: tokens per million, compute per million seconds, nano-USD as text. */
export function priceText(units: string): string {
  const { units: classes, per } = JSON.parse(units) as {
    units: Record<string, { perMillion: string; steps: { above: number; perMillion: string }[] }>;
    per?: string;
  };
  const parts = Object.entries(classes).map(([name, { perMillion, steps }]) => {
    const base = `$${formatUsd(BigInt(perMillion))} ${CLASS_WORDS[name] ?? name}`;
    return steps.reduce(
      (text, step) =>
        `${text} ($${formatUsd(BigInt(step.perMillion))} above ${step.above} tokens in)`,
      base,
    );
  });
  return `${parts.join(' · ')} per ${per ?? 'M tokens'}`;
}
