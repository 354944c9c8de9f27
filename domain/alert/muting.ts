/** Why nobody is told of an alert while it fires: a silence, a page of the same subject, a failure upstream. */
import type { Severity } from '../slo/slo.js';
import { policyOf } from './alertPolicy.js';
import { ancestorsOf, type Upstreams } from './lineage.js';
import { isInForce, matches, type Silence } from './silence.js';
import { isActivePage, subjectText, type StandingAlert } from './standingAlert.js';

export interface Muting {
  readonly by: 'silence' | 'page' | 'upstream';
  /** Of the silence or of the alert. */
  readonly id: string;
  readonly untilNs: bigint | null;
}

export interface MutingContext {
  readonly silences: Iterable<Silence>;
  readonly upstreams: Upstreams;
  readonly atNs: bigint;
}

/** Asked once an evaluation for all alerts that stand. */
export class Mutings {
  readonly #silences: readonly Silence[];
  readonly #upstreams: Upstreams;
  readonly #pagesBySubject = new Map<string, StandingAlert>();
  readonly #pagesByPipeline = new Map<string, StandingAlert>();

  constructor(alerts: Iterable<StandingAlert>, { silences, upstreams, atNs }: MutingContext) {
    this.#silences = [...silences].filter((silence) => isInForce(silence, atNs));
    this.#upstreams = upstreams;
    for (const alert of alerts) {
      if (!isActivePage(alert)) continue;
      keepFirst(this.#pagesBySubject, placeOf(alert), alert);
      const { pipeline } = alert.subject;
      if (pipeline !== undefined) keepFirst(this.#pagesByPipeline, pipeline, alert);
    }
  }

  of(alert: StandingAlert): Muting | null {
    const silence = this.#silences
      .filter((each) => matches(each, alert))
      .toSorted((a, b) => (a.toNs < b.toNs ? 1 : -1))[0];
    if (silence) return { by: 'silence', id: silence.silenceId, untilNs: silence.toNs };
    const severity: Severity = alert.severity;
    const page = severity === 'ticket' ? this.#pagesBySubject.get(placeOf(alert)) : undefined;
    if (page) return { by: 'page', id: page.alertId, untilNs: null };
    const upstream = this.#upstream(alert);
    return upstream ? { by: 'upstream', id: upstream.alertId, untilNs: null } : null;
  }

  #upstream({ name, subject }: StandingAlert): StandingAlert | undefined {
    if (subject.pipeline === undefined || !policyOf(name).followsUpstream) return undefined;
    const { pipeline } = subject;
    return (
      [...ancestorsOf(this.#upstreams, pipeline)]
        .toSorted()
        // In a loop each feeds the other: neither explains the other, or nobody would be told of either.
        .filter((name) => !ancestorsOf(this.#upstreams, name).has(pipeline))
        .flatMap((pipeline) => this.#pagesByPipeline.get(pipeline) ?? [])[0]
    );
  }
}

/** The first to fire stays the reason, so that the reason does not jump. */
function keepFirst(to: Map<string, StandingAlert>, key: string, alert: StandingAlert): void {
  const known = to.get(key);
  const isEarlier =
    !known ||
    (alert.firedNs ?? 0n) < (known.firedNs ?? 0n) ||
    (alert.firedNs === known.firedNs && alert.alertId < known.alertId);
  if (isEarlier) to.set(key, alert);
}

/** Window pairs of an SLO and kinds of a budget's alerts are about the same thing; without a subject only the same name is. */
function placeOf({ name, subject }: StandingAlert): string {
  const { pair: _pair, budgetKind: _kind, ...place } = subject;
  return Object.keys(place).length === 0 ? name : subjectText(place);
}
