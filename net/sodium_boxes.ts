/**
 * NaCl boxes by libsodium: Curve25519, XSalsa20, Poly1305. The library is WebAssembly and is loaded once, at the first use
 * of encryption. Keys and nonces come from the world.
 */

import type { Random } from "../runtime/mod.ts";
import type { Boxes, Cipher, KeyPair } from "./cipher.ts";
import { NonceMemory } from "./nonce_memory.ts";

const KEY_BYTES = 32;
const NONCE_BYTES = 24;
const TAG_BYTES = 16;
/** Bytes of a nonce that are random per connection; the rest counts. */
const NONCE_RANDOM_BYTES = 16;

/** What is used of the library. */
interface Sodium {
  readonly ready: Promise<void>;
  crypto_scalarmult_base(privateKey: Uint8Array): Uint8Array;
  crypto_box_beforenm(publicKey: Uint8Array, privateKey: Uint8Array): Uint8Array;
  crypto_box_easy_afternm(message: Uint8Array, nonce: Uint8Array, key: Uint8Array): Uint8Array;
  crypto_box_open_easy_afternm(sealed: Uint8Array, nonce: Uint8Array, key: Uint8Array): Uint8Array;
}

let sodium: Sodium | null = null;

/** Loads what encryption needs. Afterwards {@link sodiumBoxes} answers at once. */
export async function prepareEncryption(): Promise<void> {
  if (sodium !== null) return;
  const { default: library } = await import("libsodium-wrappers");
  await library.ready;
  sodium = library as unknown as Sodium;
}

/** Boxes with keys and nonces from `random`, or null before {@link prepareEncryption} is done. */
export function sodiumBoxes(random: Random): Boxes | null {
  return sodium === null ? null : new SodiumBoxes(sodium, random);
}

class SodiumBoxes implements Boxes {
  readonly #sodium: Sodium;
  readonly #random: Random;

  constructor(sodium: Sodium, random: Random) {
    this.#sodium = sodium;
    this.#random = random;
  }

  keyPair(): KeyPair {
    const privateKey = this.#random.bytes(KEY_BYTES);
    return { privateKey, publicKey: this.#sodium.crypto_scalarmult_base(privateKey) };
  }

  cipher(own: KeyPair, theirs: Uint8Array): Cipher {
    if (theirs.length !== KEY_BYTES) throw new RangeError(`The public key must be exactly ${KEY_BYTES} bytes long`);
    let key: Uint8Array;
    try {
      key = this.#sodium.crypto_box_beforenm(theirs, own.privateKey);
    } catch (error) {
      throw new RangeError("The public key is unusable", { cause: error });
    }
    return new SodiumCipher(this.#sodium, key, this.#random.bytes(NONCE_RANDOM_BYTES));
  }
}

/**
 * One box. Its nonces are a random part and a counter: they never repeat, and a frame that comes back is known by the
 * random part.
 */
class SodiumCipher implements Cipher {
  readonly overheadBytes = NONCE_BYTES + TAG_BYTES;
  readonly #sodium: Sodium;
  readonly #key: Uint8Array;
  readonly #nonce = new Uint8Array(NONCE_BYTES);
  readonly #counter: DataView;
  #count = 0;
  readonly #seen: NonceMemory;

  constructor(sodium: Sodium, key: Uint8Array, nonceStart: Uint8Array) {
    this.#sodium = sodium;
    this.#key = key;
    this.#nonce.set(nonceStart);
    this.#counter = new DataView(this.#nonce.buffer, NONCE_RANDOM_BYTES);
    this.#seen = new NonceMemory(nonceStart);
  }

  seal(plain: Uint8Array): Uint8Array {
    this.#count++;
    this.#counter.setUint32(0, Math.floor(this.#count / 2 ** 32));
    this.#counter.setUint32(4, this.#count >>> 0);
    const box = this.#sodium.crypto_box_easy_afternm(plain, this.#nonce, this.#key);
    const sealed = new Uint8Array(NONCE_BYTES + box.length);
    sealed.set(this.#nonce);
    sealed.set(box, NONCE_BYTES);
    return sealed;
  }

  open(sealed: Uint8Array): Uint8Array | null {
    if (sealed.length < this.overheadBytes) return null;
    const nonce = sealed.subarray(0, NONCE_BYTES);
    if (this.#seen.has(nonce)) return null;
    let plain: Uint8Array;
    try {
      plain = this.#sodium.crypto_box_open_easy_afternm(sealed.subarray(NONCE_BYTES), nonce, this.#key);
    } catch {
      return null;
    }
    this.#seen.add(nonce);
    return plain;
  }
}
