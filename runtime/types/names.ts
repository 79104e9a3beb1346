// This module performs no I/O.

const MEMBER = /^[a-z][A-Za-z0-9]*$/;
const RESERVED = new Set(["constructor", "prototype", "toString", "valueOf", "hasOwnProperty"]);

/** The wire's form of a member name: `publisherAddress` is `publisher_address`. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => "_" + letter.toLowerCase());
}

/** TypeScript's form of a wire name: `publisher_address` is `publisherAddress`. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/**
 * Refuses a member name that could not be told apart on the wire, or that could reach a prototype.
 *
 * @throws {TypeError} Naming the member.
 */
export function checkMemberName(name: string): void {
  if (!MEMBER.test(name)) throw new TypeError(`Cannot declare member "${name}": expected camelCase letters and digits`);
  if (RESERVED.has(name)) throw new TypeError(`Cannot declare member "${name}": the name is reserved`);
}
