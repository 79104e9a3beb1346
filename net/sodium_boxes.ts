/**
 * NaCl boxes by libsodium: Curve25519, XSalsa20, Poly1305. The library is WebAssembly and is loaded once, at the first use
 * of encryption. Keys and nonces come from the world.
 */

import type { Random } from "../runtime/mod.ts";
import type { Boxes, Cipher, KeyPair } from "./cipher.ts";
import { NONCE_BYTES, NonceMemory } from "./nonce_memory.ts";

const KEY_BYTES = 32;
const TAG_BYTES = 16;
/** Bytes of a nonce that are random per connection; the rest counts. */
const NONCE_RANDOM_BYTES = 16;

/** First room for plain and sealed bytes each. */
const ROOM_BYTES_MIN = 8192;

/** What is used of the library. */
interface Sodium {
  readonly ready: Promise<void>;
  readonly libsodium: SodiumMemory;
  crypto_scalarmult_base(privateKey: Uint8Array): Uint8Array;
  crypto_box_beforenm(publicKey: Uint8Array, privateKey: Uint8Array): Uint8Array;
}

/**
 * The functions as they are in WebAssembly: they take places in its memory, and lengths as two halves. For a small message,
 * what the wrappers around them allocate and copy takes longer than the encryption itself.
 */
interface SodiumMemory {
  /** The memory; another object after it has grown. */
  readonly HEAPU8: Uint8Array<ArrayBuffer>;
  _malloc(bytes: number): number;
  _free(place: number): void;
  _crypto_box_easy_afternm(box: number, plain: number, low: number, high: number, nonce: number, key: number): number;
  _crypto_box_open_easy_afternm(
    plain: number,
    box: number,
    low: number,
    high: number,
    nonce: number,
    key: number,
  ): number;
}

let sodium: { readonly library: Sodium; readonly bench: Workbench } | null = null;

/** Loads what encryption needs. Afterwards {@link sodiumBoxes} answers at once. */
export async function prepareEncryption(): Promise<void> {
  if (sodium !== null) return;
  const { default: loaded } = await import("libsodium-wrappers");
  await loaded.ready;
  const library = loaded as unknown as Sodium;
  sodium ??= { library, bench: new Workbench(library.libsodium) };
}

/** Places in the library's memory, where all ciphers do their work, one after the other. */
class Workbench {
  readonly #memory: SodiumMemory;
  readonly #key: number;
  #lastKey: Uint8Array | null = null;
  #plain = 0;
  /** A nonce and a box behind it. */
  #sealed = 0;
  #roomBytes = 0;

  constructor(memory: SodiumMemory) {
    this.#memory = memory;
    this.#key = memory._malloc(KEY_BYTES);
  }

  /** The nonce and the box of `plain`; valid until the next call. */
  seal(plain: Uint8Array, nonce: Uint8Array, key: Uint8Array): Uint8Array {
    const { length } = plain;
    this.#reserve(length);
    const memory = this.#memory;
    const bytes = memory.HEAPU8;
    this.#useKey(key, bytes);
    bytes.set(plain, this.#plain);
    bytes.set(nonce, this.#sealed);
    const box = this.#sealed + NONCE_BYTES;
    const failed = memory._crypto_box_easy_afternm(box, this.#plain, length, 0, this.#sealed, this.#key) !== 0;
    if (failed) throw new Error(`Cannot seal ${length} bytes`);
    return bytes.subarray(this.#sealed, box + TAG_BYTES + length);
  }

  /** What a nonce and a box hold, or null; valid until the next call. */
  open(sealed: Uint8Array, key: Uint8Array): Uint8Array | null {
    const boxLength = sealed.length - NONCE_BYTES;
    this.#reserve(boxLength);
    const memory = this.#memory;
    const bytes = memory.HEAPU8;
    this.#useKey(key, bytes);
    bytes.set(sealed, this.#sealed);
    const box = this.#sealed + NONCE_BYTES;
    const failed = memory._crypto_box_open_easy_afternm(this.#plain, box, boxLength, 0, this.#sealed, this.#key) !== 0;
    return failed ? null : bytes.subarray(this.#plain, this.#plain + boxLength - TAG_BYTES);
  }

  /** Mostly the key is that of the last call. */
  #useKey(key: Uint8Array, bytes: Uint8Array): void {
    if (key === this.#lastKey) return;
    bytes.set(key, this.#key);
    this.#lastKey = key;
  }

  #reserve(bytes: number): void {
    const needed = bytes + NONCE_BYTES + TAG_BYTES;
    if (needed <= this.#roomBytes) return;
    const memory = this.#memory;
    if (this.#roomBytes > 0) {
      memory._free(this.#plain);
      memory._free(this.#sealed);
    }
    this.#roomBytes = Math.max(needed, 2 * this.#roomBytes, ROOM_BYTES_MIN);
    this.#plain = memory._malloc(this.#roomBytes);
    this.#sealed = memory._malloc(this.#roomBytes);
  }
}

/** Boxes with keys and nonces from `random`, or null before {@link prepareEncryption} is done. */
export function sodiumBoxes(random: Random): Boxes | null {
  return sodium === null ? null : new SodiumBoxes(sodium.library, sodium.bench, random);
}

class SodiumBoxes implements Boxes {
  readonly #sodium: Sodium;
  readonly #bench: Workbench;
  readonly #random: Random;

  constructor(sodium: Sodium, bench: Workbench, random: Random) {
    this.#sodium = sodium;
    this.#bench = bench;
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
    return new SodiumCipher(this.#bench, key, this.#random.bytes(NONCE_RANDOM_BYTES));
  }
}

/**
 * One box. Its nonces are a random part and a counter: they never repeat, and a frame that comes back is known by the
 * random part.
 */
class SodiumCipher implements Cipher {
  readonly overheadBytes = NONCE_BYTES + TAG_BYTES;
  readonly #bench: Workbench;
  readonly #key: Uint8Array;
  readonly #nonce = new Uint8Array(NONCE_BYTES);
  readonly #counter: DataView;
  #count = 0;
  readonly #seen: NonceMemory;

  constructor(bench: Workbench, key: Uint8Array, nonceStart: Uint8Array) {
    this.#bench = bench;
    this.#key = key;
    this.#nonce.set(nonceStart);
    this.#counter = new DataView(this.#nonce.buffer, NONCE_RANDOM_BYTES);
    this.#seen = new NonceMemory(nonceStart);
  }

  seal(plain: Uint8Array): Uint8Array {
    this.#count++;
    this.#counter.setUint32(0, Math.floor(this.#count / 2 ** 32));
    this.#counter.setUint32(4, this.#count >>> 0);
    return this.#bench.seal(plain, this.#nonce, this.#key);
  }

  open(sealed: Uint8Array): Uint8Array | null {
    if (sealed.length < this.overheadBytes) return null;
    if (this.#seen.has(sealed)) return null;
    const plain = this.#bench.open(sealed, this.#key);
    if (plain === null) return null;
    this.#seen.add(sealed);
    return plain;
  }
}
