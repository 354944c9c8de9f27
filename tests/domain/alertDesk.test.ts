import { describe, expect, test } from 'vitest';
import { DeskRefusal } from '@burnbook/domain/alert/decide';
import { MINUTE_NS } from '@burnbook/domain/time';
import { condition, DeskStory } from '../support/deskStory.js';

const DAY = 24 * 60;

describe('the states of an alert', () => {
  /** Minute → what the source says: P page, T ticket, p pending, F frozen, - nothing; then how it stands and what is told. */
  const cases: readonly (readonly [
    string,
    readonly (readonly [minute: number, said: string, stands: string, told: string])[],
  ])[] = [
    [
      'fires and resolves',
      [
        [0, 'P', 'firing page', 'firing'],
        [1, 'P', 'firing page', ''],
        [2, '-', 'resolved page', 'resolved'],
      ],
    ],
    [
      'is seen before it fires, and nobody is told',
      [
        [0, 'p', 'pending page', ''],
        [1, '-', 'resolved page', ''],
        [2, 'p', 'pending page', ''],
        [3, 'P', 'firing page', 'firing'],
      ],
    ],
    [
      'freezes while nobody knows, which neither resolves nor fires it',
      [
        [0, 'F', '', ''],
        [1, 'P', 'firing page', 'firing'],
        [2, 'F', 'frozen page', ''],
        [3, 'F', 'frozen page', ''],
        [4, 'P', 'firing page', ''],
        [5, 'F', 'frozen page', ''],
        [6, '-', 'resolved page', 'resolved'],
      ],
    ],
    [
      'comes back as the same one within half an hour',
      [
        [0, 'P', 'firing page', 'firing'],
        [1, '-', 'resolved page', 'resolved'],
        [30, 'P', 'firing page', 'firing'],
      ],
    ],
    [
      'is told of when it becomes worse, and when it becomes better',
      [
        [0, 'T', 'firing ticket', 'firing'],
        [1, 'P', 'firing page', 'severity'],
        [2, 'T', 'firing ticket', 'severity'],
        [3, '-', 'resolved ticket', 'resolved'],
      ],
    ],
    [
      'keeps its severity while it is frozen',
      [
        [0, 'P', 'firing page', 'firing'],
        [1, 'F', 'frozen page', ''],
        [2, 'T', 'firing ticket', 'severity'],
      ],
    ],
  ];
  test.each(cases)('%s', (_name, steps) => {
    const story = new DeskStory();
    for (const [minute, said, stands, told] of steps) {
      const state = { P: 'firing', T: 'firing', p: 'pending', F: 'frozen' }[said] as 'firing';
      const severity = said === 'T' ? 'ticket' : 'page';
      if (said === '-') story.report(minute);
      else story.report(minute, condition({ state, severity }));
      expect([minute, story.alerts, story.told()]).toEqual([
        minute,
        stands === '' ? [] : [`ErrorBudgetBurn ${stands}`],
        told === '' ? [] : [`${told} ErrorBudgetBurn`],
      ]);
    }
  });

  test('an alert that comes back later is another one', () => {
    const story = new DeskStory();
    story.report(0, condition());
    story.report(1);
    story.report(32, condition());
    expect(story.stored.size).toBe(2);
    expect(story.alerts).toEqual(['ErrorBudgetBurn firing page']);
  });

  test('shares over a window wait five minutes before they resolve or become milder', () => {
    const story = new DeskStory();
    const storm = condition({ name: 'RetryStorm', subject: { pipeline: 'mail' } });
    const milder = { ...storm, severity: 'ticket' as const };
    story.report(0, storm);
    story.report(1);
    story.report(4, storm);
    story.report(5);
    story.report(9);
    expect(story.alerts).toEqual(['RetryStorm firing page']);
    story.report(10);
    expect(story.alerts).toEqual(['RetryStorm resolved page']);
    story.report(11, storm);
    story.report(12, milder);
    expect(story.alerts).toEqual(['RetryStorm firing page']);
    story.report(17, milder);
    expect(story.alerts).toEqual(['RetryStorm firing ticket']);
  });

  test('what ends because its definition is gone says so, frozen or firing', () => {
    const story = new DeskStory();
    story.report(0, condition(), condition({ subject: { slo: 'other' } }));
    story.report(1, condition({ state: 'frozen' }), condition({ subject: { slo: 'other' } }));
    const change = story.at(2, {
      kind: 'report',
      source: 'slo',
      conditions: [],
      withdrawn: ({ slo }) => `the SLO ${slo} was removed`,
    });
    expect(change.alerts.map(({ state, reason }) => [state, reason])).toEqual([
      ['resolved', 'the SLO mail-attempts was removed'],
      ['resolved', 'the SLO other was removed'],
    ]);
    expect(story.told().slice(-2)).toEqual([
      'resolved ErrorBudgetBurn',
      'resolved ErrorBudgetBurn',
    ]);
  });

  test('a report about some names leaves the others alone', () => {
    const story = new DeskStory();
    story.report(0, condition(), condition({ name: 'FreshnessBreach' }));
    story.at(1, {
      kind: 'report',
      source: 'slo',
      conditions: [],
      names: new Set(['FreshnessBreach']),
    });
    story.at(1, { kind: 'report', source: 'event', conditions: [] });
    expect(story.alerts).toEqual(['ErrorBudgetBurn firing page', 'FreshnessBreach resolved page']);
  });
});

describe('a person’s word', () => {
  const alertId = (story: DeskStory): string => [...story.state.alerts.keys()][0] ?? '';
  const close = (story: DeskStory, minute: number) =>
    story.at(minute, {
      kind: 'closeAlert',
      alertId: alertId(story),
      actor: 'ann',
      reason: 'not recovered',
    });

  test('ends a frozen alert until data says anew that it burns', () => {
    const story = new DeskStory();
    story.report(0, condition());
    story.report(1, condition({ state: 'frozen' }));
    close(story, 2);
    expect(story.told()).toEqual(['firing ErrorBudgetBurn', 'resolved ErrorBudgetBurn']);
    for (const minute of [3, 300, 3_000]) story.report(minute, condition({ state: 'frozen' }));
    expect(story.alerts).toEqual(['ErrorBudgetBurn resolved page']);
    story.report(3_001, condition());
    expect(story.told()).toEqual(['firing ErrorBudgetBurn']);
  });

  test('ends a held occurrence for good, and not a burn rate that still fires', () => {
    const story = new DeskStory();
    const late = condition({
      name: 'BatchLateOrMissing',
      subject: { pipeline: 'mail', occurrence: '2026-05-04T02:00:00Z' },
    });
    const report = (minute: number) =>
      story.at(minute, { kind: 'report', source: 'occurrence', conditions: [late] });
    report(0);
    close(story, 1);
    for (const minute of [2, 40, 400]) report(minute);
    expect(story.alerts).toEqual(['BatchLateOrMissing resolved page']);
    const burning = new DeskStory();
    burning.report(0, condition());
    expect(() => close(burning, 1)).toThrow(DeskRefusal);
  });

  test('is asked for when an alert is frozen for a day, and each day again', () => {
    const story = new DeskStory();
    story.report(0, condition());
    story.report(1, condition({ state: 'frozen' }));
    story.told();
    story.at(2, {
      kind: 'acknowledge',
      incidentId: story.incidents[0]?.incidentId ?? '',
      actor: 'ann',
    });
    story.told();
    const asked: number[] = [];
    for (let minute = 60; minute <= 3 * DAY; minute += 60) {
      story.tick(minute);
      const notes = story.events.splice(0).flatMap(({ note }) => note ?? []);
      if (notes.some((note) => note.startsWith('frozen for over 24 h'))) asked.push(minute);
    }
    expect(asked).toEqual([DAY + 60, 2 * DAY + 60]);
  });
});

describe('muting', () => {
  const ticket = condition({
    name: 'RetryWasteHigh',
    severity: 'ticket',
    subject: { pipeline: 'mail' },
  });
  const page = condition({ name: 'RetryStorm', subject: { pipeline: 'mail' } });

  test('a page mutes tickets of its subject, which are told when it ends', () => {
    const story = new DeskStory();
    const other = { ...ticket, subject: { pipeline: 'web' } };
    story.report(0, page, ticket, other);
    expect(story.told().toSorted()).toEqual(['firing RetryStorm', 'firing RetryWasteHigh']);
    story.report(1, ticket, other);
    story.report(6, ticket, other);
    expect(story.told()).toEqual(['resolved RetryStorm', 'firing RetryWasteHigh']);
  });

  test('of the pairs of one SLO the page mutes the ticket, and server alerts do not mute each other', () => {
    const story = new DeskStory();
    const pair = (name: string, severity: 'page' | 'ticket') =>
      condition({ severity, subject: { slo: 'mail-attempts', pair: name } });
    story.report(
      0,
      pair('1h', 'page'),
      pair('24h', 'ticket'),
      condition({ name: 'StoreRestarted', subject: {} }),
      condition({ name: 'UnpricedUsage', severity: 'ticket', subject: {} }),
    );
    expect(story.told().toSorted()).toEqual([
      'firing ErrorBudgetBurn',
      'firing StoreRestarted',
      'firing UnpricedUsage',
    ]);
  });

  test('a page upstream mutes what follows from it downstream, and both are one incident', () => {
    const story = new DeskStory();
    story.upstreams = new Map([
      ['mail', ['import']],
      ['report', ['mail']],
    ]);
    const late = (pipeline: string) =>
      condition({ name: 'BatchLateOrMissing', subject: { pipeline } });
    story.report(0, late('import'));
    story.report(
      40,
      late('import'),
      late('report'),
      condition({ name: 'RetryStorm', subject: { pipeline: 'report' } }),
    );
    expect(story.told()).toEqual([
      'firing BatchLateOrMissing',
      'firing RetryStorm',
      // Of the one upstream, which nobody acknowledged.
      'escalated BatchLateOrMissing',
    ]);
    const incidents = [...story.state.alerts.values()].map(({ name, subject, incidentId }) => [
      `${name} ${subject.pipeline}`,
      incidentId === story.incidents[0]?.incidentId,
    ]);
    expect(incidents).toEqual([
      ['BatchLateOrMissing import', true],
      ['BatchLateOrMissing report', true],
      ['RetryStorm report', true],
    ]);
  });

  test('pipelines that feed each other do not mute each other, what feeds both of them does', () => {
    const story = new DeskStory();
    story.upstreams = new Map([
      ['mail', ['report', 'import']],
      ['report', ['mail']],
    ]);
    const late = (pipeline: string) =>
      condition({ name: 'BatchLateOrMissing', subject: { pipeline } });
    story.report(0, late('mail'), late('report'));
    expect(story.told()).toEqual(['firing BatchLateOrMissing', 'firing BatchLateOrMissing']);
    story.report(40);
    story.told();
    story.report(80, late('import'), late('mail'), late('report'));
    expect(story.told().filter((told) => told.startsWith('firing'))).toHaveLength(1);
  });

  test('a silence mutes what matches while it is in force, and ends by time or by hand', () => {
    const story = new DeskStory();
    const silence = (silenceId: string, matchers: Record<string, string>, to: number) =>
      ({
        kind: 'silence',
        alertId: null,
        actor: 'ann',
        silence: {
          silenceId,
          matchers,
          fromNs: 0n,
          toNs: BigInt(to) * MINUTE_NS,
          actor: 'ann',
          reason: 'maintenance',
          createdNs: 0n,
          removedNs: null,
          removedBy: null,
        },
      }) as const;
    story.at(0, silence('a', { pipeline: 'ma*', name: 'RetryStorm' }, 10));
    story.report(1, page);
    expect(story.told()).toEqual([]);
    expect(story.incidents.map(({ state }) => state)).toEqual(['open']);
    story.tick(9);
    story.tick(10);
    expect(story.told()).toEqual(['firing RetryStorm']);
    story.at(11, silence('b', { pipeline: 'mail', severity: 'page' }, 1_000));
    // An end is told, whatever mutes: receivers would show it for ever.
    story.report(12);
    story.report(17);
    expect(story.told()).toEqual(['resolved RetryStorm']);
    story.report(18, page);
    expect(story.told()).toEqual([]);
    story.at(19, { kind: 'endSilence', silenceId: 'b', actor: 'bob' });
    expect(story.told()).toEqual(['firing RetryStorm']);
    expect(() => story.at(20, { kind: 'endSilence', silenceId: 'b', actor: 'bob' })).toThrow(
      DeskRefusal,
    );
  });
});
