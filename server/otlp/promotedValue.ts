import { TAG_CODE, tagFact } from '@burnbook/domain/semconv';
import { FACT_TYPE } from '@burnbook/domain/spanBatch';
import { EMPTY_SOURCE } from './byteSource.js';
import type { ByteSource } from './byteSource.js';
import type { Key } from './keyTable.js';
import type { TextTable } from './textTable.js';
import type { SourceFact, TraceBuilder } from './traceBuilder.js';

const NONE = -1;

/** The attribute value written last, in case its key is promoted. One object, used again for every value. */
export class PromotedValue {
  #type = NONE;
  #num = 0;
  #source: ByteSource = EMPTY_SOURCE;
  #start = 0;
  #end = 0;

  /** An array, a map, bytes or an empty value: no fact. */
  setNone(): void {
    this.#type = NONE;
  }

  release(): void {
    this.#type = NONE;
    this.#source = EMPTY_SOURCE;
  }

  /** The bytes must not change until the value is used. */
  setText(source: ByteSource, start: number, end: number): void {
    this.#type = FACT_TYPE.text;
    this.#source = source;
    this.#start = start;
    this.#end = end;
  }

  setNumber(type: number, num: number): void {
    this.#type = type;
    this.#num = num;
  }

  /** Adds the value under every code to the facts of the span being built. */
  addToSpan({ columns, spanIndex, texts }: TraceBuilder, { text: key, codes = [] }: Key): void {
    if (this.#type === NONE) return;
    if (codes[0] === TAG_CODE) {
      columns.facts.addText(spanIndex, TAG_CODE, texts.indexOf(this.#tag(key, texts)));
      return;
    }
    if (this.#type === FACT_TYPE.text) {
      const text = texts.index(this.#source, this.#start, this.#end);
      for (const code of codes) columns.facts.addText(spanIndex, code, text);
    } else {
      for (const code of codes) columns.facts.addNumber(spanIndex, code, this.#type, this.#num);
    }
  }

  addToResource(
    { texts }: TraceBuilder,
    { text: key, codes = [] }: Key,
    facts: SourceFact[],
  ): void {
    if (this.#type === NONE) return;
    if (codes[0] === TAG_CODE) {
      facts.push([TAG_CODE, this.#tag(key, texts)]);
      return;
    }
    const value = this.#plain(texts);
    for (const code of codes) facts.push([code, value]);
  }

  #tag(key: string, texts: TextTable): string {
    return tagFact(key, this.#type === FACT_TYPE.bool ? this.#num === 1 : this.#plain(texts));
  }

  #plain(texts: TextTable): string | number {
    return this.#type === FACT_TYPE.text
      ? (texts.strings[texts.index(this.#source, this.#start, this.#end)] as string)
      : this.#num;
  }
}
