/**
 * Stands in for `@std/testing/mock` where JSR cannot be reached: no npm package holds that module. It has what cake's
 * tests use and nothing else: spies on functions, stubs of methods, and the assertions on both.
 */
import { assertEquals, AssertionError } from "@std/assert";

/** One recorded call. */
export interface SpyCall<Args extends unknown[], Return> {
  args: Args;
  returned?: Return;
  error?: Error;
}

/** A function that remembers its calls. */
export interface Spy<Args extends unknown[], Return> {
  (...args: Args): Return;
  calls: SpyCall<Args, Return>[];
  restored: boolean;
  restore(): void;
}

/** A replaced method that remembers its calls; `restore` (or the end of a `using` block) puts the first one back. */
export interface Stub<Args extends unknown[], Return> extends Spy<Args, Return> {
  [Symbol.dispose](): void;
}

/** What a call is expected to have been. */
export interface ExpectedSpyCall<Args extends unknown[], Return> {
  args?: [...Args, ...unknown[]];
  returned?: Return;
}

type ArgumentsOf<F> = F extends (...args: infer A) => unknown ? A : never;
type ReturnOf<F> = F extends (...args: never[]) => infer R ? R : never;

/** Thrown when a spy or a stub is misused. */
export class MockError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "MockError";
  }
}

function recording<Args extends unknown[], Return>(
  call: (this: unknown, ...args: Args) => Return,
  restore: () => void,
): Spy<Args, Return> {
  const calls: SpyCall<Args, Return>[] = [];
  function spied(this: unknown, ...args: Args): Return {
    try {
      const returned = call.apply(this, args);
      calls.push({ args, returned });
      return returned;
    } catch (error) {
      calls.push({ args, error: error as Error });
      throw error;
    }
  }
  const facts: Spy<Args, Return> = Object.assign(spied, {
    calls,
    restored: false,
    restore() {
      restore();
      facts.restored = true;
    },
  });
  return facts;
}

/** Wraps a function so that its calls can be looked at. */
export function spy<Args extends unknown[], Return>(call: (...args: Args) => Return): Spy<Args, Return> {
  return recording(call, () => {
    throw new MockError("Cannot restore: function cannot be restored");
  });
}

/** Replaces a method of an object until it is restored. */
export function stub<Self extends object, Prop extends keyof Self>(
  self: Self,
  property: Prop,
  call: (...args: ArgumentsOf<Self[Prop]>) => ReturnOf<Self[Prop]>,
): Stub<ArgumentsOf<Self[Prop]>, ReturnOf<Self[Prop]>> {
  if (typeof self[property] !== "function") throw new MockError("Cannot stub: property is not an instance method");
  const own = Object.getOwnPropertyDescriptor(self, property);
  const spied = recording(call, () => {
    if (spied.restored) throw new MockError("Cannot restore: instance method already restored");
    if (own) Object.defineProperty(self, property, own);
    else delete self[property];
  });
  Object.defineProperty(self, property, { configurable: true, writable: true, value: spied });
  return Object.assign(spied, { [Symbol.dispose]: () => spied.restored || spied.restore() });
}

/** Asserts how often a spy was called. */
export function assertSpyCalls<Args extends unknown[], Return>(spy: Spy<Args, Return>, expectedCalls: number): void {
  if (spy.calls.length !== expectedCalls) {
    throw new AssertionError(`Spy called ${spy.calls.length} times, expected ${expectedCalls}`);
  }
}

/** Asserts what the call at `index` was. */
export function assertSpyCall<Args extends unknown[], Return>(
  spy: Spy<Args, Return>,
  index: number,
  expected?: ExpectedSpyCall<Args, Return>,
): void {
  const call = spy.calls[index];
  if (!call) throw new AssertionError(`Spy call ${index} does not exist: there were ${spy.calls.length}`);
  if (expected?.args) assertEquals<unknown>(call.args, expected.args);
  if (expected && "returned" in expected) assertEquals(call.returned, expected.returned);
}
