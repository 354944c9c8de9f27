import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AlertCondition } from '@burnbook/domain/alert/alert';
import { decide, DeskRefusal } from '@burnbook/domain/alert/decide';
import { isActive, isActivePage } from '@burnbook/domain/alert/standingAlert';
import { MINUTE_NS } from '@burnbook/domain/time';
import { condition, DeskStory, type Untimed } from '../support/deskStory.js';

const NAMES = ['ErrorBudgetBurn', 'RetryStorm', 'BatchLateOrMissing'] as const;
const PIPELINES = ['import', 'mail', 'report'] as const;

const conditions: fc.Arbitrary<AlertCondition[]> = fc.uniqueArray(
  fc
    .record({
      name: fc.constantFrom(...NAMES),
      pipeline: fc.constantFrom(...PIPELINES),
      severity: fc.constantFrom('page' as const, 'ticket' as const),
      state: fc.constantFrom(
        'pending' as const,
        'firing' as const,
        'firing' as const,
        'frozen' as const,
      ),
      budgetLeft: fc.constantFrom(0.5, -0.5),
    })
    .map(({ name, pipeline, severity, state, budgetLeft }) =>
      condition({ name, subject: { pipeline }, severity, state, details: { budgetLeft } }),
    ),
  { selector: ({ name, subject }) => `${name} ${subject.pipeline}`, maxLength: 5 },
);

type Move =
  | { readonly kind: 'report'; readonly conditions: AlertCondition[] }
  | { readonly kind: 'tick' }
  | { readonly kind: 'person'; readonly what: string; readonly nth: number };

const moves = fc.array(
  fc.record({
    minutes: fc.constantFrom(0, 1, 4, 11, 31, 250),
    move: fc.oneof(
      {
        weight: 6,
        arbitrary: conditions.map((seen): Move => ({ kind: 'report', conditions: seen })),
      },
      { weight: 1, arbitrary: fc.constant<Move>({ kind: 'tick' }) },
      {
        weight: 3,
        arbitrary: fc.record({
          kind: fc.constant('person' as const),
          what: fc.constantFrom(
            'acknowledge',
            'step',
            'closeIncident',
            'closeAlert',
            'silence',
            'endSilence',
            'reopen',
          ),
          nth: fc.nat(3),
        }),
      },
    ),
  }),
  { minLength: 1, maxLength: 25 },
);

function inputOf(move: Move, story: DeskStory): Untimed | null {
  if (move.kind === 'tick') return { kind: 'tick' };
  if (move.kind === 'report')
    return { kind: 'report', source: 'occurrence', conditions: move.conditions };
  const nth = <Value>(of: Iterable<Value>): Value | undefined => [...of][move.nth];
  const actor = 'ann';
  const incidentId = nth(story.state.incidents.keys());
  const alertId = nth(story.state.alerts.keys());
  const silenceId = nth(story.state.silences.keys());
  switch (move.what) {
    case 'closeAlert':
      return alertId === undefined ? null : { kind: 'closeAlert', alertId, actor, reason: 'why' };
    case 'endSilence':
      return silenceId === undefined ? null : { kind: 'endSilence', silenceId, actor };
    case 'silence':
      return {
        kind: 'silence',
        alertId: null,
        actor,
        silence: {
          silenceId: `s${story.minute} ${story.state.silences.size}`,
          matchers: { pipeline: PIPELINES[move.nth % 3] ?? 'mail' },
          fromNs: story.atNs,
          toNs: story.atNs + 30n * MINUTE_NS,
          actor,
          reason: 'why',
          createdNs: story.atNs,
          removedNs: null,
          removedBy: null,
        },
      };
  }
  if (incidentId === undefined) return null;
  switch (move.what) {
    case 'acknowledge':
      return { kind: 'acknowledge', incidentId, actor };
    case 'step':
      return { kind: 'entry', incidentId, entry: 'step', text: 'looked', actor };
    case 'closeIncident':
      return { kind: 'closeIncident', incidentId, actor, reason: 'why' };
    default:
      return { kind: 'reopenIncident', incidentId, actor, reason: 'why' };
  }
}

describe('whatever is reported and done', () => {
  test('the world knows what the desk believes that it knows, and nothing is told twice', () => {
    fc.assert(
      fc.property(moves, fc.boolean(), (steps, withLineage) => {
        const story = new DeskStory();
        if (withLineage) {
          story.upstreams = new Map([
            ['mail', ['import']],
            ['report', ['mail']],
          ]);
        }
        const world = new Map<string, string>();
        const closedByHand = new Set<string>();
        let minute = 0;
        for (const { minutes, move } of steps) {
          minute += minutes;
          const input = inputOf(move, story);
          if (!input) continue;
          const before = story.state;
          try {
            story.at(minute, input);
          } catch (error) {
            // What a person asks may stand against how things are; then nothing changes.
            expect(error).toBeInstanceOf(DeskRefusal);
            expect(story.state).toBe(before);
            continue;
          }
          if (input.kind === 'closeIncident') closedByHand.add(input.incidentId);
          if (input.kind === 'reopenIncident') closedByHand.delete(input.incidentId);
          for (const { kind, alert } of story.events.splice(0)) {
            const knows = world.get(alert.alertId);
            if (kind === 'firing') expect(knows).toBeUndefined();
            else expect(knows === undefined && kind !== 'reminder').toBe(false);
            if (kind === 'firing' || kind === 'severity') {
              expect(knows).not.toBe(alert.severity);
              world.set(alert.alertId, alert.severity);
            }
            if (kind === 'resolved') world.delete(alert.alertId);
          }
          for (const alert of story.state.alerts.values()) {
            expect([alert.alertId, world.get(alert.alertId) ?? null]).toEqual([
              alert.alertId,
              alert.told,
            ]);
            if (!isActive(alert)) expect(alert.told).toBeNull();
            const was = before.alerts.get(alert.alertId);
            const isReported = input.kind === 'report';
            if (was?.state === 'frozen' && alert.state === 'resolved') {
              const key = `${alert.name} ${alert.subject.pipeline}`;
              const still =
                isReported &&
                input.conditions.some(({ name, subject }) => `${name} ${subject.pipeline}` === key);
              expect(still).toBe(false);
            }
            if (isActivePage(alert)) {
              const incident = story.state.incidents.get(alert.incidentId ?? '');
              expect(incident).toBeDefined();
              if (incident?.state === 'closed') expect(closedByHand).toContain(incident.incidentId);
            }
          }
          for (const incident of story.incidents) {
            if (incident.state === 'closed') continue;
            closedByHand.delete(incident.incidentId);
            const pages = [...story.state.alerts.values()].filter(
              (alert) => alert.incidentId === incident.incidentId && isActivePage(alert),
            );
            expect(pages.length).toBeGreaterThan(0);
          }
        }
        const ids = story.entries.map(({ entryId }) => entryId);
        expect(new Set(ids).size).toBe(ids.length);
        // When everything is over, the world knows of nothing any more.
        for (let rest = 0; rest < 3; rest++)
          story.at((minute += 6), { kind: 'report', source: 'occurrence', conditions: [] });
        for (const { kind, alert } of story.events)
          if (kind === 'resolved') world.delete(alert.alertId);
        expect([...world]).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  test('the same input on the same state decides the same, with the same ids', () => {
    fc.assert(
      fc.property(conditions, conditions, (first, second) => {
        const story = new DeskStory();
        story.at(0, { kind: 'report', source: 'occurrence', conditions: first });
        const input = {
          kind: 'report',
          source: 'occurrence',
          conditions: second,
          atNs: MINUTE_NS,
        } as const;
        const context = {
          newId: (text: string) => text,
          upstreams: new Map<string, string[]>(),
          verified: () => true,
        };
        expect(decide(story.state, input, context)).toEqual(decide(story.state, input, context));
      }),
      { numRuns: 50 },
    );
  });
});
