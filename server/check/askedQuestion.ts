/** A question as it was asked, its parameters checked, and how its answer reads what it needs. */
import { namesIn, paramFault } from '@burnbook/domain/runbook/questionParams';
import type { QuestionName } from '@burnbook/domain/runbook/questions';
import { MINUTE_NS } from '@burnbook/domain/time';
import type { QueryParams, QueryRow } from '../store/protocol.js';
import type { CheckSources } from './checkFacts.js';

/** What was asked cannot be asked so. */
export class CheckFault extends Error {
  override readonly name = 'CheckFault';
  /** The parameter at fault; `question` and `expect` stand for themselves. */
  readonly field: string;

  constructor(field: string, message: string) {
    super(`${field}: ${message}`);
    this.field = field;
  }
}

export type CheckParams = Readonly<Record<string, string>>;

/** @throws CheckFault naming the parameter. */
export function checkParams(name: QuestionName, params: CheckParams): void {
  const fault = paramFault(name, params);
  if (fault) throw new CheckFault(fault.param, fault.message);
}

export class AskedQuestion {
  readonly sources: CheckSources;
  readonly nowNs: bigint;
  /** Aborted when nobody waits any more. */
  readonly signal: AbortSignal;
  readonly #params: CheckParams;
  readonly #minutesUsual: number;

  /** @param how.minutes how far back it looks unless said. */
  constructor(
    sources: CheckSources,
    params: CheckParams,
    how: { readonly nowNs: bigint; readonly minutes: number; readonly signal: AbortSignal },
  ) {
    this.sources = sources;
    this.nowNs = how.nowNs;
    this.#params = params;
    this.#minutesUsual = how.minutes;
    this.signal = how.signal;
  }

  /** null: it was not said, so that anything counts. */
  param(name: string): string | null {
    return this.#params[name] ?? null;
  }

  /** One that the table of answers demands. */
  needed(name: string): string {
    return this.#params[name] ?? '';
  }

  /** Several names with commas between; none: any. */
  names(name: string): readonly string[] {
    const value = this.param(name);
    return value === null ? [] : namesIn(value);
  }

  get minutes(): number {
    return Number(this.param('minutes') ?? this.#minutesUsual);
  }

  /** Where the time that is looked at begins. */
  get fromNs(): bigint {
    return this.nowNs - BigInt(this.minutes) * MINUTE_NS;
  }

  /** Runs a named query, for as long as somebody waits. @throws StoreError */
  query(name: string, params: QueryParams): Promise<QueryRow[]> {
    return this.sources.store.query(name, params, { signal: this.signal });
  }

  /** Share of the due time of the pipeline that telemetry covers; null: no pipeline was said, or nothing was due. */
  coverage(): number | null {
    const pipeline = this.param('pipeline');
    return pipeline === null
      ? null
      : this.sources.slos.coverageOf(pipeline, { fromNs: this.fromNs, toNs: this.nowNs });
  }
}
