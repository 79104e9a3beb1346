/** A session without a connection: what it tells is collected, what it writes is taken. */

import sodium from "libsodium-wrappers";
import type { AddressValue } from "../../runtime/mod.ts";
import type { Boxes, Cipher, KeyPair } from "../../net/cipher.ts";
import type { KeepAlive } from "../../net/messages.ts";
import type { Transit } from "../../net/relay.ts";
import { Session, type SessionEvents, type SessionOptions } from "../../net/session.ts";
import { SessionError } from "../../net/session_error.ts";

await sodium.ready;

export function address(text: string): AddressValue {
  return text as AddressValue;
}

export interface Told {
  readonly message: unknown;
  readonly to: string;
  readonly from: string;
}

/** Collects what a session tells. */
export class Collector implements SessionEvents {
  openedCount = 0;
  readonly told: Told[] = [];
  readonly kept: { readonly seconds: number | null; readonly from: string }[] = [];
  readonly passed: Transit[] = [];
  readonly proxies = new Set<string>();

  opened(): void {
    this.openedCount++;
  }
  message(message: unknown, to: AddressValue, from: AddressValue): void {
    this.told.push({ message, to, from });
  }
  keepAlive(request: KeepAlive, from: AddressValue): void {
    this.kept.push({ seconds: request.seconds, from });
  }
  isPassedOn(to: AddressValue, isTransit: boolean): boolean {
    return isTransit || this.proxies.has(to);
  }
  unknown(): void {
    throw new Error("Unexpected: this session knows everybody");
  }
  transit(frame: Transit): void {
    this.passed.push({ ...frame, body: frame.body.slice() });
  }
}

/** A session with its collector. */
export interface Bench {
  readonly session: Session;
  readonly events: Collector;
  /** Feeds bytes in pieces of this size; returns what ended the session, if anything did. */
  feed(bytes: Uint8Array, piece?: number): SessionError | null;
  written(): Uint8Array;
}

export function bench(options: Partial<SessionOptions> = {}): Bench {
  const events = new Collector();
  let uuids = 0;
  const session = new Session({
    role: "acceptor",
    encrypted: false,
    proxy: address("19"),
    controller: address("18"),
    nobody: address("17"),
    boxes: null,
    uuid: () => `00000000-0000-4000-8000-${String(uuids++).padStart(12, "0")}`,
    zoneOffset: () => 0,
    ...options,
  }, events);
  session.start();
  return {
    session,
    events,
    feed(bytes, piece = bytes.length) {
      try {
        for (let at = 0; at < bytes.length; at += piece) session.receive(bytes.subarray(at, at + piece));
        return null;
      } catch (error) {
        if (error instanceof SessionError) return error;
        throw error;
      }
    },
    written: () => session.output.take().slice(),
  };
}

/** Boxes with given keys and nonces, for recorded conversations. Nonces that run out are zeros with a count. */
export function recordedBoxes(keys: KeyPair, nonces: readonly Uint8Array[] = []): Boxes {
  return {
    keyPair: () => keys,
    cipher(own, theirs): Cipher {
      if (theirs.length !== 32) throw new RangeError("The public key must be exactly 32 bytes long");
      const key = sodium.crypto_box_beforenm(theirs, own.privateKey);
      let count = 0;
      return {
        overheadBytes: 40,
        seal(plain) {
          const nonce = nonces[count] ?? new Uint8Array(24).fill(count + 1);
          count++;
          const box = sodium.crypto_box_easy_afternm(plain, nonce, key);
          const sealed = new Uint8Array(24 + box.length);
          sealed.set(nonce);
          sealed.set(box, 24);
          return sealed;
        },
        open(sealed) {
          if (sealed.length < 40) return null;
          try {
            return sodium.crypto_box_open_easy_afternm(sealed.subarray(24), sealed.subarray(0, 24), key);
          } catch {
            return null;
          }
        },
      };
    },
  };
}

export function keysOf(privateHex: string): KeyPair {
  const privateKey = fromHex(privateHex);
  return { privateKey, publicKey: sodium.crypto_scalarmult_base(privateKey) };
}

export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** Bytes as text, one character each. */
export function octets(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** A frame of three texts. */
export function frameOf(header: string, body: string | Uint8Array, book = '{"value":[]}'): Uint8Array {
  const encoder = new TextEncoder();
  const parts = [header, body, book].map((part) => typeof part === "string" ? encoder.encode(part) : part);
  const sizes = parts.map((part) => part.length);
  const total = sizes[0]! + sizes[1]! + sizes[2]!;
  return joined(encoder.encode(`${sizes[0]},${sizes[1]},${total}\n`), ...parts, encoder.encode("\n"));
}

export function headerOf(to: string, from: string, tunnel = false): string {
  return `{"value":{"to_address":[${to}],"return_address":[${from}],"tunnel":${tunnel}}}`;
}

export function joined(...parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
