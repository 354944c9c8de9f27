import { WireReader } from '../server/otlp/wireReader.js';

const REQUEST_RESOURCE_SPANS = 0x0a;
const RESOURCE_SPANS_SCOPE_SPANS = 0x12;
const SCOPE_SPANS_SPANS = 0x12;
const SPAN = { traceId: 0x0a, startTime: 0x39, endTime: 0x41, attributes: 0x4a } as const;
const RESPONSE_ID_KEY = Buffer.from('gen_ai.response.id');

/**
 * A request body of `SpanLoad` that becomes a request of new spans in microseconds: new trace ids and response ids,
 * moved times. (Run and batch names stay.)
 */
export class PatchableBody {
  readonly bytes: Buffer;
  readonly #traceIds: number[] = [];
  readonly #times: number[] = [];
  readonly #originalTimes: bigint[];
  /** Where the last 8 characters of each response id stand. */
  readonly #responseIds: number[] = [];

  constructor(body: Buffer) {
    this.bytes = Buffer.from(body);
    this.#find();
    this.#originalTimes = this.#times.map((at) => this.bytes.readBigUInt64LE(at));
  }

  /**
   * @param serial what makes the ids new: 0 to 2^32 − 1, once each.
   * @param shiftNs added to the times that the body was built with.
   * @returns `bytes`, changed in place.
   */
  patch(serial: number, shiftNs: bigint): Buffer {
    const { bytes } = this;
    for (const at of this.#traceIds) bytes.writeUInt32BE(serial, at + 4);
    this.#times.forEach((at, i) => {
      bytes.writeBigUInt64LE((this.#originalTimes[i] ?? 0n) + shiftNs, at);
    });
    const text = serial.toString(16).padStart(8, '0');
    for (const at of this.#responseIds) bytes.write(text, at, 'latin1');
    return bytes;
  }

  #find(): void {
    const wire = new WireReader();
    wire.bytes = this.bytes;
    wire.each(0, this.bytes.length, REQUEST_RESOURCE_SPANS, (resourceEnd) => {
      wire.each(wire.at, resourceEnd, RESOURCE_SPANS_SCOPE_SPANS, (scopeEnd) => {
        wire.each(wire.at, scopeEnd, SCOPE_SPANS_SPANS, (spanEnd) =>
          this.#findInSpan(wire, spanEnd),
        );
      });
    });
  }

  #findInSpan(wire: WireReader, end: number): void {
    while (wire.at < end) {
      const tag = wire.tag(end);
      const { at } = wire;
      wire.skip(tag, end);
      if (tag === SPAN.traceId) this.#traceIds.push(at + 1);
      else if (tag === SPAN.startTime || tag === SPAN.endTime) this.#times.push(at);
      else if (tag === SPAN.attributes) {
        if (this.bytes.subarray(at, wire.at).includes(RESPONSE_ID_KEY)) {
          this.#responseIds.push(wire.at - 8);
        }
      }
    }
  }
}
