import { describe, expect, it } from 'vitest';
import { maskMail, maskText } from '../../pipelines/batch/mask.js';

describe('maskText', () => {
  it.each([
    ['write to ann.lee+x@mail.example.co.uk now', 'write to [email] now'],
    ['http://x.org/u?id=42&m=a%40b.com end', 'http://x.org/u[url_query] end'],
    ['http://x.org/u?id=42&k=9 end', 'http://x.org/u[url_query] end'],
    ['host 192.168.0.17.', 'host [ip].'],
    ['pay DE89 3704 0044 0532 0130 00 today', 'pay [iban] today'],
    ['card 4111-1111-1111-1111!', 'card [card]!'],
    ['SSN 078-05-1120', 'SSN [ssn]'],
    ['call (555) 123-4567 or 1-800-555-0199', 'call [phone] or [phone]'],
    ['call +44 20 7183 8750 or +442071838750', 'call [phone] or [phone]'],
  ])('masks %j', (text, masked) => {
    expect(maskText(text).text).toBe(masked);
  });

  it.each([
    ['version 1.2.3 and 999.1.1.1'],
    ['on 2002-08-22 at 10:20:30'],
    ['it costs $1,299.00 or 25 000'],
    ['order 4111111111111112 is no card'],
    ['AB12 CDEF GHIJ KLMN is no account'],
  ])('leaves %j as it is', (text) => {
    expect(maskText(text)).toEqual({ text, masked: {} });
  });

  it('counts by kind, subject and text together', () => {
    const mail = maskMail({
      id: 'a',
      messageId: '<a@b>',
      fromDomain: 'x.org',
      subject: 'from bob@x.org',
      sentAt: null,
      text: 'bob@x.org, ann@x.org, 10.0.0.1',
      defects: [],
    });
    expect(mail.masked).toEqual({ email: 3, ip: 1 });
    expect(mail.text).toBe('[email], [email], [ip]');
  });

  it('finds nothing more in what it has masked', () => {
    const text =
      'a@b.org http://x.org/?q=1 10.0.0.1 4111 1111 1111 1111 078-05-1120 (555) 123-4567';
    const once = maskText(text).text;
    expect(maskText(once)).toEqual({ text: once, masked: {} });
  });
});
