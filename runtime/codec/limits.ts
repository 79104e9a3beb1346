// This module performs no I/O.

/** How much a text may ask of the decoder. */

/** Bounds on what is decoded. Anything beyond is refused with a `CodecError`. */
export interface DecodeLimits {
  /** Levels of lists and objects inside one another. */
  readonly depth: number;
  /** Values in all: nulls, booleans, numbers, texts, lists and objects. */
  readonly nodes: number;
  /** Length of the text as a whole, in UTF-16 units. */
  readonly textLength: number;
  /** Length of one string, in UTF-16 units. */
  readonly stringLength: number;
  /** Length of one member name, in UTF-16 units. */
  readonly nameLength: number;
  /** Digits of one number. */
  readonly digits: number;
}

/** Levels of JSON that are read. The original gives up at about 985, so nothing it writes is deeper. */
export const WORD_DEPTH_MAX = 1000;
/** Levels of JSON that are written: what the original still reads. */
export const WORD_DEPTH_WRITE_MAX = 900;
/** Levels of pointers and Anys inside one another that are read. The original can write about 198. */
export const NESTING_READ_MAX = 200;
/** Levels of pointers and Anys that are written: a good distance from what breaks the original. */
export const NESTING_WRITE_MAX = 150;
/** Values in one text. A full frame (1 MiB) holds half as many at most. */
export const WORD_NODES_MAX = 1_048_576;
/** UTF-16 units in one text (64 Mi). */
export const TEXT_LENGTH_MAX = 67_108_864;
/** UTF-16 units in one string (16 Mi). */
export const STRING_LENGTH_MAX = 16_777_216;
/** UTF-16 units in one member name. */
export const NAME_LENGTH_MAX = 65_536;
/** Digits of a whole number; the original refuses more. */
export const INTEGER_DIGITS_MAX = 4300;
/** Items of an address. */
export const ADDRESS_HOPS_MAX = 1024;
/** Items that a short array may be filled up with. */
export const ARRAY_SIZE_MAX = 1_048_576;

/** The bounds where nothing else is said. */
export const DECODE_LIMITS: DecodeLimits = {
  depth: WORD_DEPTH_MAX,
  nodes: WORD_NODES_MAX,
  textLength: TEXT_LENGTH_MAX,
  stringLength: STRING_LENGTH_MAX,
  nameLength: NAME_LENGTH_MAX,
  digits: INTEGER_DIGITS_MAX,
};
