// This module performs no I/O.

/** Ciphers: how the data of a frame is sealed and opened. A keyed mode would be one more of them. */

/** Both halves of a key. */
export interface KeyPair {
  readonly publicKey: Uint8Array;
  readonly privateKey: Uint8Array;
}

/** Seals what goes out and opens what comes in, on one connection. */
export interface Cipher {
  /** Bytes that sealing adds. */
  readonly overheadBytes: number;
  /** The sealed form of `plain`; valid until anything else is sealed or opened. */
  seal(plain: Uint8Array): Uint8Array;
  /** What `sealed` holds, or null when it doesn't open or has been seen before; valid as long. */
  open(sealed: Uint8Array): Uint8Array | null;
}

/** Makes key pairs and ciphers; `SodiumBoxes` is the one in use. */
export interface Boxes {
  /** A fresh key pair. */
  keyPair(): KeyPair;
  /**
   * The cipher between a key pair of this end and the public key of the other end.
   *
   * @throws {RangeError} When the public key is unusable.
   */
  cipher(own: KeyPair, theirs: Uint8Array): Cipher;
}
