/** Telling people: signs of life of others, and messages that do not arrive. */
import type { Answer } from '../answer.js';
import { secondsSince } from '../answerRows.js';
import { noFacts } from '../checkFacts.js';

const EVIDENCE = '/delivery';
/** A message may wait so long: two tries. */
const WAIT_NS = 120_000_000_000n;

export const heartbeatAge: Answer = {
  facts: async (asked) => {
    const name = asked.needed('heartbeat');
    const states = await asked.sources.notifier.heartbeats.states();
    const found = states.find((state) => state.name === name);
    if (!found) return noFacts(`notify.yaml expects no heartbeat ${JSON.stringify(name)}`);
    if (found.lastNs === null) return noFacts('no sign of life ever came', EVIDENCE);
    const answer = secondsSince(found.lastNs, asked.nowNs);
    return { answer, factsNs: asked.nowNs, evidence: EVIDENCE };
  },
};

export const undeliveredMessages: Answer = {
  minutes: 60,
  facts: async (asked) => {
    const { destinations } = asked.sources.notifier.settings;
    const destination = asked.param('destination');
    if (destinations.length === 0) return noFacts('notify.yaml names no destination', EVIDENCE);
    if (destination !== null && !destinations.some(({ name }) => name === destination)) {
      return noFacts(`notify.yaml has no destination ${JSON.stringify(destination)}`, EVIDENCE);
    }
    // What waits for one that was taken out of notify.yaml waits for nobody.
    const names = destination === null ? destinations.map(({ name }) => name) : [destination];
    const [row] = await asked.query('undelivered_messages', {
      destinations: names,
      waitingSince: asked.nowNs - WAIT_NS,
      from: asked.fromNs,
    });
    return { answer: Number(row?.['messages']), factsNs: asked.nowNs, evidence: EVIDENCE };
  },
};
