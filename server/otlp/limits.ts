/** Bounds of one request. Every one of them has a hostile body behind it; ordinary telemetry stays far below. */

/**
 * Attributes kept of a span, an event, a link, a resource or a scope; the rest is counted in
 * `droppedAttributesCount`. The SDKs stop at 128 by default; 1,024 attributes of ordinary size are 40 kB of text.
 */
export const ATTRIBUTES_MAX = 1024;

/**
 * Bytes kept of one text or of the JSON of one array or map: whole prompts fit, a file pasted into an attribute does
 * not. What is longer is cut at a character boundary and ends in `…[cut: N bytes]`, N being the size on the wire.
 */
export const VALUE_BYTES_MAX = 65_536;

/** An attribute whose key is longer is dropped and counted: a key is a name, and every key is interned. */
export const KEY_BYTES_MAX = 1024;

/**
 * Arrays and maps inside one another. Decoding is recursive, so this bounds the stack. Of the common decoders C++ and
 * Java stop at 100 messages, which is 33 to 50 values.
 */
export const VALUE_DEPTH_MAX = 64;

/** Unknown protobuf groups inside one another. */
export const GROUP_DEPTH_MAX = 64;

/** JSON arrays and objects inside one another: 64 values of three brackets each and the envelope fit three times. */
export const JSON_DEPTH_MAX = 640;

/** Events and links kept of a span; the rest is counted in `droppedEventsCount` and `droppedLinksCount`. SDKs: 128. */
export const EVENTS_MAX = 1024;
export const LINKS_MAX = 1024;

/**
 * Text that one request may become. JSON can be longer than its protobuf: a control character is 6 bytes, an empty
 * event of 2 bytes is 3. Without this bound 64 MiB of control characters would be 384 MiB.
 */
export const OUTPUT_BYTES_MAX = 256 * 1024 * 1024;

/** Distinct attribute keys remembered between requests, about 300 B each. Beyond it a key is decoded every time. */
export const KEYS_MAX = 16_384;

/** Scratch memory kept between requests; what a rare huge request needed beyond it is given back. */
export const SCRATCH_BYTES_MAX = 8 * 1024 * 1024;
