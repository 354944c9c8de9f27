/** A webhook signed as Standard Webhooks says (github.com/standard-webhooks, specification 1.0.0). */
import { Webhook } from 'standardwebhooks';
import { NS_PER_MS } from '@burnbook/domain/time';
import type { Format } from './wireRequest.js';

export const standardWebhook: Format = ({ messageId, message, replaces, nowNs }, { secret }) => {
  const body = JSON.stringify({
    type: `alert.${message.kind}`,
    timestamp: message.at,
    data: { ...message, replaces },
  });
  const sentAt = new Date(Number(nowNs / NS_PER_MS));
  const secrets = secret?.reveal().split(' ') ?? [];
  return {
    headers: {
      'content-type': 'application/json',
      'webhook-id': messageId,
      'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1_000)),
      // One signature for each secret: while a secret is being changed, both are known.
      'webhook-signature': secrets
        .map((each) => new Webhook(each).sign(messageId, sentAt, body))
        .join(' '),
    },
    body,
  };
};
