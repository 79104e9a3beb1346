/** What the peers of this folder say to each other; `live_api.py` has the same in Python. */

import * as cake from "@layer-cake/cake";

/** What has arrived in pieces since the last one. */
export class Digest extends cake.Message({ pieces: cake.Integer8, size: cake.Integer8, sha256: cake.Unicode }) {}
cake.bind(Digest, import.meta);

/** An address to be used by whoever gets it. */
export class Letter extends cake.Message({ text: cake.Unicode, who: cake.Address }) {}
cake.bind(Letter, import.meta);

/** Pieces of a transfer. */
export const PIECES = 50;
/** Bytes of each. */
export const PIECE_BYTES = 1_000_000;
/** Pieces sent before an answer is awaited. */
export const PIECES_AT_ONCE = 8;

/** The bytes of a piece. */
export function piece(number: number): Uint8Array {
  return new Uint8Array(PIECE_BYTES).map((_, at) => (at * 31 + number * 7) & 0xff);
}
