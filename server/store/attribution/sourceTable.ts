/**
 * Resources and scopes, each stored once: their numbers, and what they say of identity.
 */
import { createHash } from 'node:crypto';
import { ownIdentity, type OwnIdentity } from '@burnbook/domain/attribution';
import { FactSet } from '@burnbook/domain/factSet';
import type { SpanSource } from '@burnbook/domain/spanBatch';

export interface SourceRow {
  readonly sourceId: number;
  readonly service: string;
  readonly resource: string;
  readonly scope: string;
}

export interface SourceInfo {
  readonly service: string;
  readonly own: OwnIdentity | null;
}

/** What a resource without `service.name` is called, as OpenTelemetry's SDKs call it. */
const UNKNOWN_SERVICE = 'unknown_service';

export class SourceTable {
  readonly #infos: SourceInfo[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #facts = new FactSet();

  /** Takes over what the database knows; rows in order of their numbers, from 0 without a gap. */
  restore(rows: readonly SourceRow[]): void {
    this.#infos.length = 0;
    this.#numbers.clear();
    for (const row of rows) {
      this.#facts.clear();
      for (const [key, value] of Object.entries(
        JSON.parse(row.resource) as Record<string, unknown>,
      )) {
        if (!['string', 'number', 'boolean'].includes(typeof value)) continue;
        this.#facts.addAttribute(key, value as string | number | boolean);
      }
      this.#infos[row.sourceId] = this.#info();
      this.#numbers.set(identityOf(row), row.sourceId);
    }
  }

  /** The number of a source, a new one with its row when it was never seen. */
  number(source: SpanSource, fresh: SourceRow[]): number {
    const key = identityOf(source);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    this.#facts.clear();
    for (const [code, value] of source.facts) this.#facts.add(code, value);
    const sourceId = this.#infos.length;
    const info = this.#info();
    this.#infos.push(info);
    this.#numbers.set(key, sourceId);
    fresh.push({
      sourceId,
      service: info.service,
      resource: source.resource || '{}',
      scope: source.scope,
    });
    return sourceId;
  }

  info(number: number): SourceInfo {
    return this.#infos[number] ?? { service: UNKNOWN_SERVICE, own: null };
  }

  #info(): SourceInfo {
    return {
      service: this.#facts.text('serviceName') ?? UNKNOWN_SERVICE,
      own: ownIdentity(this.#facts),
    };
  }
}

/** V8 hashes a string beyond 16,383 characters by its length alone: thousands of long ones would make a Map a list. */
const KEY_LENGTH_MAX = 16_383;

function identityOf(source: { readonly resource: string; readonly scope: string }): string {
  const text = `${source.resource || '{}'}\n${source.scope}`;
  return text.length <= KEY_LENGTH_MAX ? text : createHash('sha256').update(text).digest('base64');
}
