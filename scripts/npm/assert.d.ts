// Declarations of what cake uses from `@std/assert`.
// deno-lint-ignore-file no-explicit-any

/** Thrown when an assertion does not hold. */
export declare class AssertionError extends Error {
  constructor(message: string, options?: ErrorOptions);
}

/** A class whose instances can be looked for. */
type AnyClass = new (...args: any[]) => any;
/** A class of errors, possibly abstract. */
type ErrorClass<E> = abstract new (...args: any[]) => E;
/** What counts as false. */
type Falsy = false | 0 | 0n | "" | null | undefined;

export declare function assert(expression: unknown, message?: string): asserts expression;
export declare function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  message?: string,
): void;
export declare function assertArrayIncludes<T>(
  actual: ArrayLike<T> & object,
  expected: ArrayLike<T> & object,
  message?: string,
): void;
export declare function assertEquals<T>(actual: T, expected: T, message?: string): void;
export declare function assertExists<T>(actual: T, message?: string): asserts actual is NonNullable<T>;
export declare function assertFalse(expression: unknown, message?: string): asserts expression is Falsy;
export declare function assertGreater<T>(actual: T, expected: T, message?: string): void;
export declare function assertGreaterOrEqual<T>(actual: T, expected: T, message?: string): void;
export declare function assertInstanceOf<T extends AnyClass>(
  actual: unknown,
  expectedClass: T,
  message?: string,
): asserts actual is InstanceType<T>;
export declare function assertIsError<E extends Error = Error>(
  error: unknown,
  expectedClass?: ErrorClass<E>,
  messageMatches?: string | RegExp,
  message?: string,
): asserts error is E;
export declare function assertLess<T>(actual: T, expected: T, message?: string): void;
export declare function assertLessOrEqual<T>(actual: T, expected: T, message?: string): void;
export declare function assertMatch(actual: string, expected: RegExp, message?: string): void;
export declare function assertNotEquals<T>(actual: T, expected: T, message?: string): void;
export declare function assertNotInstanceOf<A, T>(
  actual: A,
  unexpectedClass: abstract new (...args: any[]) => T,
  message?: string,
): asserts actual is Exclude<A, T>;
export declare function assertNotMatch(actual: string, expected: RegExp, message?: string): void;
export declare function assertNotStrictEquals<T>(actual: T, expected: T, message?: string): void;
export declare function assertObjectMatch(
  actual: Record<PropertyKey, any>,
  expected: Record<PropertyKey, unknown>,
  message?: string,
): void;
export declare function assertRejects(call: () => PromiseLike<unknown>, message?: string): Promise<unknown>;
export declare function assertRejects<E extends Error = Error>(
  call: () => PromiseLike<unknown>,
  expectedClass: ErrorClass<E>,
  messageIncludes?: string,
  message?: string,
): Promise<E>;
export declare function assertStrictEquals<T>(actual: unknown, expected: T, message?: string): asserts actual is T;
export declare function assertStringIncludes(actual: string, expected: string, message?: string): void;
export declare function assertThrows(call: () => unknown, message?: string): unknown;
export declare function assertThrows<E extends Error = Error>(
  call: () => unknown,
  expectedClass: ErrorClass<E>,
  messageIncludes?: string,
  message?: string,
): E;
export declare function equal(a: unknown, b: unknown): boolean;
export declare function fail(message?: string): never;
export declare function unimplemented(message?: string): never;
export declare function unreachable(message?: string): never;
