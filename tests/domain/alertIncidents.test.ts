import { describe, expect, test } from 'vitest';
import { DeskRefusal } from '@burnbook/domain/alert/decide';
import { MINUTE_NS } from '@burnbook/domain/time';
import { condition, DeskStory } from '../support/deskStory.js';

describe('incidents', () => {
  const page = (pipeline: string, name: 'RetryStorm' | 'FreshnessBreach' = 'FreshnessBreach') =>
    condition({ name, subject: { pipeline } });
  const states = (story: DeskStory): string[] =>
    story.incidents.map(({ title, state }) => `${title}: ${state}`).toSorted();

  test('a page opens one, a ticket never', () => {
    const story = new DeskStory();
    story.report(0, condition({ severity: 'ticket' }));
    expect(story.incidents).toEqual([]);
    story.report(1, condition());
    expect(states(story)).toEqual(['ErrorBudgetBurn: mail-attempts, mail: open']);
  });

  test('the same pipeline joins within 15 min, another one never', () => {
    const story = new DeskStory();
    story.report(0, page('mail'));
    story.report(15, page('mail'), page('mail', 'RetryStorm'), page('web'));
    expect(states(story)).toEqual(['FreshnessBreach: mail: open', 'FreshnessBreach: web: open']);
    story.report(31, page('mail'), page('mail', 'RetryStorm'), page('web'), condition());
    expect(states(story)).toHaveLength(3);
  });

  test('closes when its pages resolve and Verify passes, and a recurrence within 30 min opens it again', () => {
    const story = new DeskStory();
    story.verified = () => false;
    story.report(0, page('mail'));
    story.report(1);
    expect(states(story)).toEqual(['FreshnessBreach: mail: open']);
    story.verified = () => true;
    story.tick(2);
    expect(states(story)).toEqual(['FreshnessBreach: mail: closed']);
    story.report(30, page('mail'));
    expect(states(story)).toEqual(['FreshnessBreach: mail: open']);
    story.report(40);
    story.report(71, page('mail'));
    expect(states(story)).toEqual(['FreshnessBreach: mail: open']);
    expect(story.entries.map(({ kind }) => kind)).toEqual([
      'opened',
      'alert',
      'closed',
      'reopened',
      'alert',
      'closed',
      'opened',
    ]);
  });

  test('a person closes one with a reason; its alerts go on, and it opens again by hand while a page fires', () => {
    const story = new DeskStory();
    story.report(0, page('mail'));
    const incidentId = story.incidents[0]?.incidentId ?? '';
    story.at(1, { kind: 'closeIncident', incidentId, actor: 'ann', reason: 'known' });
    story.report(2, page('mail'));
    expect(story.alerts).toEqual(['FreshnessBreach firing page']);
    expect(states(story)).toEqual(['FreshnessBreach: mail: closed']);
    story.at(3, { kind: 'reopenIncident', incidentId, actor: 'ann', reason: 'a mistake' });
    expect(states(story)).toEqual(['FreshnessBreach: mail: open']);
    story.report(4);
    expect(() =>
      story.at(5, { kind: 'reopenIncident', incidentId, actor: 'ann', reason: 'again' }),
    ).toThrow(DeskRefusal);
  });
});

describe('an acknowledgement', () => {
  const started = (
    more: Parameters<typeof condition>[0] = {},
  ): { story: DeskStory; incidentId: string } => {
    const story = new DeskStory();
    story.report(0, condition(more));
    const incidentId = story.incidents[0]?.incidentId ?? '';
    story.told();
    return { story, incidentId };
  };

  test('keeps a page from escalating, which it does after 10 min without one', () => {
    const { story, incidentId } = started();
    story.tick(9);
    expect(story.told()).toEqual([]);
    story.tick(10);
    expect(story.told()).toEqual(['escalated ErrorBudgetBurn']);
    story.tick(200);
    expect(story.told()).toEqual([]);
    story.at(201, { kind: 'acknowledge', incidentId, actor: 'ann' });
    expect(story.told()).toEqual(['acknowledged ErrorBudgetBurn']);
    expect(story.incidents[0]).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'ann' });
  });

  test('expires 4 h after the last step, and then the page escalates again', () => {
    const { story, incidentId } = started();
    story.at(1, { kind: 'acknowledge', incidentId, actor: 'ann' });
    story.told();
    story.at(200, { kind: 'entry', incidentId, entry: 'step', text: 'looked', actor: 'ann' });
    story.tick(241);
    expect(story.told()).toEqual([]);
    story.tick(440);
    expect(story.told()).toEqual(['reminder ErrorBudgetBurn']);
    expect(story.incidents[0]?.state).toBe('open');
    story.tick(450);
    expect(story.told()).toEqual(['escalated ErrorBudgetBurn']);
  });

  test.each([
    ['an empty budget', condition({ details: { budgetLeft: -0.1 } }), ['reminder ErrorBudgetBurn']],
    ['a budget that is not empty', condition({ details: { budgetLeft: 0.1 } }), []],
  ])('is broken by %s or not', (_what, next, told) => {
    const { story, incidentId } = started({ details: { budgetLeft: 0.2 } });
    story.at(1, { kind: 'acknowledge', incidentId, actor: 'ann' });
    story.told();
    story.report(3, { ...next, summary: 'burns on' });
    expect(story.told()).toEqual(told);
  });

  test('is broken when a ticket of the incident becomes a page', () => {
    const { story, incidentId } = started();
    const joined = condition({
      name: 'FreshnessBreach',
      severity: 'ticket',
      subject: { pipeline: 'mail' },
    });
    story.report(2, condition(), joined);
    story.at(3, { kind: 'acknowledge', incidentId, actor: 'ann' });
    story.told();
    story.report(4, condition(), { ...joined, severity: 'page' });
    expect(story.told()).toContain('reminder ErrorBudgetBurn');
  });

  test('is not waited for while nobody was told', () => {
    const story = new DeskStory();
    story.at(0, {
      kind: 'silence',
      alertId: null,
      actor: 'ann',
      silence: {
        silenceId: 's',
        matchers: { name: 'ErrorBudgetBurn' },
        fromNs: 0n,
        toNs: 60n * MINUTE_NS,
        actor: 'ann',
        reason: 'maintenance',
        createdNs: 0n,
        removedNs: null,
        removedBy: null,
      },
    });
    story.report(1, condition());
    story.tick(30);
    expect(story.told()).toEqual([]);
    story.tick(60);
    expect(story.told()).toEqual(['firing ErrorBudgetBurn']);
    story.tick(69);
    expect(story.told()).toEqual([]);
    story.tick(70);
    expect(story.told()).toEqual(['escalated ErrorBudgetBurn']);
  });
});
