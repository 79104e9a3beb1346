// Declarations of what cake uses from `@std/async`.

export interface DelayOptions {
  signal?: AbortSignal;
  persistent?: boolean;
}

export interface DeadlineOptions {
  signal?: AbortSignal;
}

export interface RetryOptions {
  multiplier?: number;
  maxTimeout?: number;
  maxAttempts?: number;
  minTimeout?: number;
  jitter?: number;
}

/** Thrown when the last attempt failed. */
export declare class RetryError extends Error {
  constructor(cause: unknown, attempts: number);
}

export declare function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T>;
export declare function deadline<T>(promise: Promise<T>, milliseconds: number, options?: DeadlineOptions): Promise<T>;
export declare function delay(milliseconds: number, options?: DelayOptions): Promise<void>;
export declare function pooledMap<T, R>(
  limit: number,
  values: Iterable<T> | AsyncIterable<T>,
  call: (value: T) => Promise<R>,
): AsyncIterableIterator<R>;
export declare function retry<T>(call: () => Promise<T>, options?: RetryOptions): Promise<T>;
