/**
 * Length of the UTF-8 character at `at`, which starts with a byte ≥ 0x80; negative: that many bytes are not UTF-8 and
 * become one U+FFFD. The count is that of the "maximal subpart" of the Unicode standard (3.9), so that the result
 * equals what `TextDecoder` yields.
 */
export function utf8Length(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at] as number;
  let following: number;
  let low = 0x80;
  let high = 0xbf;
  if (first >= 0xc2 && first <= 0xdf) {
    following = 1;
  } else if (first >= 0xe0 && first <= 0xef) {
    following = 2;
    if (first === 0xe0) low = 0xa0;
    else if (first === 0xed) high = 0x9f;
  } else if (first >= 0xf0 && first <= 0xf4) {
    following = 3;
    if (first === 0xf0) low = 0x90;
    else if (first === 0xf4) high = 0x8f;
  } else {
    return -1;
  }
  for (let i = 1; i <= following; i++) {
    if (at + i >= end) return -i;
    const byte = bytes[at + i] as number;
    if (byte < low || byte > high) return -i;
    low = 0x80;
    high = 0xbf;
  }
  return following + 1;
}

/**
 * The longest end ≤ `start + bytesMax` that does not split a character of bytes[start..end].
 */
export function cutEnd(bytes: Uint8Array, start: number, bytesMax: number): number {
  let end = start + bytesMax;
  for (let back = 0; back < 3 && end > start; back++) {
    if (((bytes[end] as number) & 0xc0) !== 0x80) return end;
    end--;
  }
  return end;
}
