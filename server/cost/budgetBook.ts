/**
 * The cost budgets in force: measures them, raises and resolves their alerts, closes their periods.
 *
 * Every answer about budgets comes from here, so that a number and the alert about it never disagree. Alerts live in the
 * store: whoever evaluates, and however often, raises each once.
 */
import { alertChanges } from '@burnbook/domain/budgetAlert';
import {
  canonicalDefinition,
  costBudgetOf,
  type BudgetDefinition,
} from '@burnbook/domain/budgetDefinition';
import {
  budgetState,
  budgetStatus,
  type BudgetState,
  type BudgetStatus,
} from '@burnbook/domain/budgetStatus';
import { subjectText } from '@burnbook/domain/alert/standingAlert';
import { isInForce, type CostBudget } from '@burnbook/domain/costBudget';
import type { HoldStatus } from '../store/reservations/holdOps.js';
import type { StoreClient } from '../store/storeClient.js';
import type { Severity } from '@burnbook/domain/slo/slo';
import { alertRowOf, raisedAlert, type BudgetAlertRow } from './budgetAlertRow.js';
import { budgetCondition, budgetSubject, type BudgetAlertSink } from './budgetConditions.js';
import { PeriodCloser } from './budgetClosing.js';
import { measuresOf, planBudgets, readSpends } from './budgetMeasure.js';
import { LastEvaluation } from './lastEvaluation.js';
import { priceChanges, type PriceChange, type PriceSchedule } from './priceChanges.js';

export interface DefinedBudget {
  readonly budget: CostBudget;
  readonly definition: BudgetDefinition;
  readonly version: number;
  /** When its first version came into being. */
  readonly sinceNs: bigint;
}

/** How a budget stands. */
export interface BudgetReport extends DefinedBudget {
  readonly status: BudgetStatus;
  /** Scheduled ones that the forecast has stepped in. */
  readonly priceChanges: readonly PriceChange[];
  readonly state: BudgetState;
  /** null: its limit is not hard. */
  readonly holds: HoldStatus | null;
  /** Those that fire. */
  readonly alerts: readonly BudgetAlertRow[];
}

/** Who changed definitions, and why. */
export interface Edit {
  readonly actor: string;
  readonly reason: string | null;
}

interface Pending {
  readonly definitions: readonly BudgetDefinition[];
  readonly edit: Edit;
  /** Of the definitions, to tell others apart. */
  readonly text: string;
}

export interface BudgetBookOptions {
  readonly store: StoreClient;
  readonly nowNs: () => bigint;
  readonly prices: PriceSchedule;
  readonly desk: BudgetAlertSink;
  /** How long a change may be missing in `latest`, ms. Default 0: never. */
  readonly unseenMsMax?: number;
}

const PENDING_MAX = 100;

export class BudgetBook {
  readonly #store: StoreClient;
  readonly #nowNs: () => bigint;
  readonly #prices: PriceSchedule;
  readonly #desk: BudgetAlertSink;
  readonly #closer: PeriodCloser;
  /** What is not yet in the store, oldest first: each edit keeps its person. */
  readonly #pending: Pending[] = [];
  /** Edits that are being written to the files. */
  readonly #announced = new Set<{ readonly text: string; readonly edit: Edit }>();
  readonly #last: LastEvaluation<BudgetReport>;
  #defined: readonly DefinedBudget[] = [];
  /** The evaluation under way, and the one that begins when it ends. */
  #running: Promise<readonly BudgetReport[]> | null = null;
  #next: Promise<readonly BudgetReport[]> | null = null;

  constructor({ store, nowNs, prices, desk, unseenMsMax = 0 }: BudgetBookOptions) {
    this.#store = store;
    this.#desk = desk;
    this.#last = new LastEvaluation<BudgetReport>(unseenMsMax);
    this.#prices = prices;
    this.#nowNs = nowNs;
    this.#closer = new PeriodCloser(store);
  }

  /**
   * Says whose edit the files are about to hold: who reads them before the edit itself is taken over tells its person.
   * @returns what ends that.
   */
  announce(definitions: readonly BudgetDefinition[], edit: Edit): () => void {
    const announced = { text: textOf(definitions), edit };
    this.#announced.add(announced);
    return () => this.#announced.delete(announced);
  }

  /** Takes over definitions; they reach the store with the next evaluation. */
  define(definitions: readonly BudgetDefinition[], said: Edit): void {
    const text = textOf(definitions);
    // Files that are read again before they were taken over: whose edit it was stays.
    if (this.#pending.at(-1)?.text === text) return;
    const edit = [...this.#announced].find((announced) => announced.text === text)?.edit ?? said;
    // While the store is away, files may be read again and again.
    if (this.#pending.length >= PENDING_MAX) this.#pending.pop();
    this.#pending.push({ definitions, edit, text });
    this.#last.redefined();
  }

  /** Costs or holds may have changed. */
  touched(): void {
    this.#last.touched();
  }

  /** Whether there is anything to watch. */
  get isEmpty(): boolean {
    return this.#defined.length === 0 && this.#pending.length === 0;
  }

  /** The newest evaluation where it is young enough (`unseenMsMax`), else a new one. */
  latest(): Promise<readonly BudgetReport[]> {
    const last = this.#last.at(this.#nowNs());
    return last ? Promise.resolve(last) : this.evaluate();
  }

  /**
   * The newest evaluation where no cost, budget or period has changed since, with holds as of now; else a new one. Only
   * what moves with the time of day is up to a minute and a half old in it: each report says of when it is.
   */
  async current(): Promise<readonly BudgetReport[]> {
    const nowNs = this.#nowNs();
    const last = this.#closer.isDue(nowNs) ? null : this.#last.at(nowNs, 0);
    if (!last?.every((report) => isStillSo(report, nowNs))) return this.evaluate();
    const holds = await this.#holds(nowNs);
    const reports = last.map((report) => ({
      ...report,
      held: holds.get(report.budget.id) ?? null,
    }));
    // An alert stands while a budget refuses.
    if (reports.some((report) => report.held?.refusing !== report.holds?.refusing))
      return this.evaluate();
    return reports.map(({ held, ...report }) => ({ ...report, holds: held }));
  }

  /** Measures all budgets as of now and settles their alerts. Calls that come together share one evaluation. */
  evaluate(): Promise<readonly BudgetReport[]> {
    if (!this.#running) {
      this.#running = this.#evaluateNoted().finally(() => (this.#running = null));
      return this.#running;
    }
    // What runs has begun before this call, and may not have seen what the caller has seen.
    this.#next ??= this.#running
      .catch(() => [])
      .then(() => {
        this.#next = null;
        return this.evaluate();
      });
    return this.#next;
  }

  async #evaluateNoted(): Promise<readonly BudgetReport[]> {
    const note = this.#last.begin(this.#nowNs());
    const reports = await this.#evaluate();
    note(reports);
    return reports;
  }

  async #evaluate(): Promise<readonly BudgetReport[]> {
    if (this.isEmpty) return [];
    await this.#define();
    const nowNs = this.#nowNs();
    const defined = this.#defined;
    const budgets = defined.map(({ budget }) => budget);
    const plans = planBudgets(budgets, nowNs);
    const sinceNs = plans.reduce(
      (first, { period: { span } }) => (span.startNs < first ? span.startNs : first),
      nowNs,
    );
    // At once: each waits its turn in the store beside whatever else a page asks.
    const [changed, spends, alertsBefore] = await Promise.all([
      priceChanges(this.#store, this.#prices, { budgets, nowNs }),
      readSpends(this.#store, plans),
      this.#alerts(sinceNs),
    ]);
    let known = alertsBefore;
    const measures = measuresOf(plans, spends, { nowNs, priceSteps: changed });
    const holds = await this.#holds(nowNs);
    const drafts = defined.flatMap((entry, index) => {
      const measure = measures[index];
      return measure
        ? [
            {
              ...entry,
              priceChanges: changed[index] ?? [],
              status: budgetStatus(entry.budget, measure),
              holds: holds.get(entry.budget.id) ?? null,
            },
          ]
        : [];
    });
    const changes = drafts.map(({ budget, version, status, holds: held }) => ({
      budget,
      status,
      ...alertChanges(budget, {
        version,
        status,
        known: known.get(budget.id) ?? [],
        refused: held ? held.refusing : false,
      }),
    }));
    const there = new Set(drafts.map(({ budget }) => budget.id));
    const orphans = [...known].flatMap(([id, alerts]) =>
      there.has(id) ? [] : alerts.filter(({ resolvedNs }) => resolvedNs === null),
    );
    const close = await this.#closer.due(defined, nowNs);
    const raise = changes.flatMap((change) =>
      change.raise.map((key) => raisedAlert(key, change.budget, change.status)),
    );
    const ended = [
      ...changes.flatMap((change) => change.resolve),
      ...orphans.map((alert) => ({ alert, reason: 'budget removed' })),
    ];
    const resolve = ended.map(({ alert, reason }) => ({ alertId: alert.alertId, reason }));
    const reasons = new Map(
      ended.map(({ alert, reason }) => [subjectText(budgetSubject(alert)), reason]),
    );
    const over = new Set(resolve.map(({ alertId }) => alertId));
    const conditions = drafts.flatMap(({ budget, status }) => [
      ...(known.get(budget.id) ?? [])
        .filter(({ alertId, resolvedNs }) => resolvedNs === null && !over.has(alertId))
        .map((alert) => budgetCondition(alert, { budget, status })),
      ...raise
        .filter((alert) => alert.budget === budget.id)
        .map((alert) => budgetCondition({ ...alert, raisedNs: nowNs }, { budget, status })),
    ]);
    await this.#desk.reportWith(
      {
        source: 'budget',
        conditions,
        atNs: nowNs,
        withdrawn: (subject) => reasons.get(subjectText(subject)) ?? null,
      },
      async (alerts) => {
        if (!alerts && raise.length + resolve.length + close.length === 0) return;
        const change = { raise, resolve, close, atNs: nowNs, alerts };
        await this.#store.command('settleBudgets', change);
        known = await this.#alerts(sinceNs);
      },
    );
    this.#closer.closed(defined, nowNs);
    return drafts.map((draft) => {
      const alerts = (known.get(draft.budget.id) ?? []).filter(
        ({ resolvedNs }) => resolvedNs === null,
      );
      return {
        ...draft,
        alerts,
        state: budgetState(draft.budget, draft.status, worstOf(alerts)),
      };
    });
  }

  async #define(): Promise<void> {
    // What comes meanwhile is for the next evaluation: files that change all the time must not hold this one up.
    for (let count = this.#pending.length; count > 0; count--) {
      const [pending] = this.#pending;
      if (!pending) return;
      await this.#take(pending);
      this.#pending.shift();
    }
  }

  async #take({ definitions, edit }: Pending): Promise<void> {
    const versions = await this.#store.command('defineBudgets', {
      budgets: definitions.map((definition) => ({
        id: definition.id,
        definition: canonicalDefinition(definition),
      })),
      atNs: this.#nowNs(),
      ...edit,
    });
    const byId = new Map(versions.map((version) => [version.id, version]));
    this.#defined = definitions.flatMap((definition) => {
      const version = byId.get(definition.id);
      return version ? [{ ...version, definition, budget: costBudgetOf(definition) }] : [];
    });
    this.#closer.reset();
  }

  /** By budget. */
  async #holds(atNs: bigint): Promise<Map<string, HoldStatus>> {
    const found = await this.#store.hold('status', { atNs });
    return new Map(found.map((each) => [each.budget, each]));
  }

  async #alerts(sinceNs: bigint): Promise<Map<string, BudgetAlertRow[]>> {
    const rows = await this.#store.query('budget_alerts', { since: sinceNs });
    const byBudget = new Map<string, BudgetAlertRow[]>();
    for (const alert of rows.map(alertRowOf)) {
      const own = byBudget.get(alert.budget);
      if (own) own.push(alert);
      else byBudget.set(alert.budget, [alert]);
    }
    return byBudget;
  }
}

/** Whether the clock has reached neither the end of a period nor of a time in force. */
const isStillSo = ({ budget, status }: BudgetReport, nowNs: bigint): boolean =>
  (budget.period.kind === 'rolling' || nowNs < status.span.endNs) &&
  isInForce(budget, nowNs) === status.inForce;

const textOf = (definitions: readonly BudgetDefinition[]): string =>
  JSON.stringify(definitions.map(canonicalDefinition));

const worstOf = (alerts: readonly BudgetAlertRow[]): Severity | null =>
  alerts.some(({ severity }) => severity === 'page') ? 'page' : (alerts[0]?.severity ?? null);
