/** An SLO's definition as text: what makes a new version when it changes, and what the API shows. */
import { stringify } from 'yaml';
import type { Slo } from '@burnbook/domain/slo/slo';

/** Equal texts are equal definitions, wherever they stand. */
export function canonicalSlo({ file: _file, line: _line, ...slo }: Slo): string {
  return JSON.stringify(slo, (_key, value: unknown) => {
    if (typeof value === 'bigint') return String(value);
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
    const members = Object.entries(value as Record<string, unknown>);
    return Object.fromEntries(members.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** The same for people to read. */
export const definitionYaml = (canonical: string): string => stringify(JSON.parse(canonical));
