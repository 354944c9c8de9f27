/** How often runbooks were followed, and how far that says to trust them. */
import { decayOf, type Decay } from '@burnbook/domain/runbook/decay';
import { DAY_NS } from '@burnbook/domain/time';
import type { LintFinding } from '../contract.js';
import type { StoreClient } from '../store/storeClient.js';

/** What of a runbook its decay goes by. */
export interface RunbookFacts {
  readonly name: string;
  readonly revision: string;
  /** Days, `YYYY-MM-DD`; null: never. */
  readonly reviewed: string | null;
  readonly tested: string | null;
  /** Numbers of its steps. */
  readonly steps: readonly number[];
  readonly findings: readonly LintFinding[];
}

export interface RunbookUse {
  /** In earnest. */
  readonly uses: number;
  readonly lastNs: bigint | null;
}

interface Answers {
  readonly answered: number;
  readonly wrong: number;
}

const MS_PER_DAY = 86_400_000;
const CHECKS_NS = 90n * DAY_NS;
/** Steps that nobody did in so many uses are not needed, or not understood. */
const USES_LOOKED_AT = 5;
const DEAD_LINK = 'link-dead';
/** Parts of decay of their own. */
const STAMPS: ReadonlySet<string> = new Set(['stamp-reviewed', 'stamp-tested']);

export class RunbookUses {
  readonly #uses: ReadonlyMap<string, RunbookUse>;
  readonly #answers: ReadonlyMap<string, Answers>;
  /** By name and revision; null: fewer uses than are looked at. */
  readonly #done: ReadonlyMap<string, ReadonlySet<number> | null>;
  readonly #today: number;

  private constructor(
    facts: {
      readonly uses: ReadonlyMap<string, RunbookUse>;
      readonly answers: ReadonlyMap<string, Answers>;
      readonly done: ReadonlyMap<string, ReadonlySet<number> | null>;
    },
    nowNs: bigint,
  ) {
    this.#uses = facts.uses;
    this.#answers = facts.answers;
    this.#done = facts.done;
    this.#today = Number(nowNs / DAY_NS);
  }

  /** @throws StoreError */
  static async read(store: StoreClient, nowNs: bigint): Promise<RunbookUses> {
    const [uses, last, answers] = await Promise.all([
      store.query('runbook_uses'),
      store.query('runbook_last_uses', { uses: USES_LOOKED_AT }),
      store.query('runbook_check_answers', { from: nowNs - CHECKS_NS }),
    ]);
    const facts = {
      uses: new Map(
        uses.map((row) => [
          row['runbook'] as string,
          { uses: Number(row['uses']), lastNs: row['last_ns'] as bigint },
        ]),
      ),
      answers: new Map(
        answers.map((row) => [
          row['runbook'] as string,
          { answered: Number(row['answered']), wrong: Number(row['wrong']) },
        ]),
      ),
      done: new Map(
        last.map((row) => [
          keyOf(row['runbook'] as string, row['revision'] as string),
          Number(row['uses']) < USES_LOOKED_AT
            ? null
            : new Set((row['steps'] as string).split(' ').map(Number)),
        ]),
      ),
    };
    return new RunbookUses(facts, nowNs);
  }

  useOf(name: string): RunbookUse {
    return this.#uses.get(name) ?? { uses: 0, lastNs: null };
  }

  decayOf({ name, revision, reviewed, tested, steps, findings }: RunbookFacts): Decay {
    const done = this.#done.get(keyOf(name, revision)) ?? null;
    const others = findings.filter(({ rule }) => rule !== DEAD_LINK && !STAMPS.has(rule));
    const countOf = (level: LintFinding['level']) =>
      others.filter((finding) => finding.level === level).length;
    return decayOf({
      testedDays: this.#daysSince(tested),
      reviewedDays: this.#daysSince(reviewed),
      steps: steps.length,
      checks: this.#answers.get(name) ?? { answered: 0, wrong: 0 },
      deadLinks: findings.filter(({ rule }) => rule === DEAD_LINK).length,
      errors: countOf('error'),
      warnings: countOf('warning'),
      unusedSteps: done && steps.filter((step) => !done.has(step)).length,
    });
  }

  #daysSince(day: string | null): number | null {
    return day === null ? null : this.#today - Date.parse(`${day}T00:00:00Z`) / MS_PER_DAY;
  }
}

const keyOf = (name: string, revision: string): string => `${name} ${revision}`;
