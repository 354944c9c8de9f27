/**
 * The span being decoded: one object, used again for every span. 64-bit numbers are 32-bit halves, most significant
 * first, so that no bigint is made.
 */
export class SpanDraft {
  traceId = new Int32Array(4);
  spanIdHigh = 0;
  spanIdLow = 0;
  parentIdHigh = 0;
  parentIdLow = 0;
  /** The parent id was neither absent nor 8 bytes. */
  parentIdInvalid = false;
  startHigh = 0;
  startLow = 0;
  endHigh = 0;
  endLow = 0;
  kind = 0;
  status = 0;
  /** Index into the texts. */
  name = 0;
  flags = 0;
  /** As the sender says. */
  droppedAttributes = 0;
  /** Left out by a bound of ours. */
  unkeptAttributes = 0;
  droppedEvents = 0;
  droppedLinks = 0;
  /** JSON text, '' when absent. */
  traceState = '';
  statusMessage = '';
  events = '';
  links = '';

  clear(): void {
    this.traceId[0] = 0;
    this.traceId[1] = 0;
    this.traceId[2] = 0;
    this.traceId[3] = 0;
    this.spanIdHigh = 0;
    this.spanIdLow = 0;
    this.parentIdHigh = 0;
    this.parentIdLow = 0;
    this.parentIdInvalid = false;
    this.startHigh = 0;
    this.startLow = 0;
    this.endHigh = 0;
    this.endLow = 0;
    this.kind = 0;
    this.status = 0;
    this.name = 0;
    this.flags = 0;
    this.droppedAttributes = 0;
    this.unkeptAttributes = 0;
    this.droppedEvents = 0;
    this.droppedLinks = 0;
    this.traceState = '';
    this.statusMessage = '';
    this.events = '';
    this.links = '';
  }
}
