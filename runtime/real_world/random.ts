/** The machine's randomness, fit for keys. */

import type { Random } from "../world.ts";

/** What `crypto.getRandomValues` takes in one call. */
const QUOTA_BYTES = 65536;

/** Makes the random source of the real world: the platform's cryptographic one. */
export function realRandom(): Random {
  const words = new Uint32Array(2);
  const float = (): number => {
    crypto.getRandomValues(words);
    const [high = 0, low = 0] = words;
    // 53 random bits, as many as a float holds in [0, 1).
    return ((high >>> 5) * 0x4000000 + (low >>> 6)) / 0x20000000000000;
  };
  return {
    float,
    integer(bound) {
      if (!Number.isSafeInteger(bound) || bound < 1) {
        throw new RangeError(`Cannot draw a whole number below ${bound}: the bound must be a positive whole number`);
      }
      return Math.floor(float() * bound);
    },
    uuid: () => crypto.randomUUID(),
    bytes(length) {
      const bytes = new Uint8Array(length);
      for (let at = 0; at < length; at += QUOTA_BYTES) crypto.getRandomValues(bytes.subarray(at, at + QUOTA_BYTES));
      return bytes;
    },
  };
}
