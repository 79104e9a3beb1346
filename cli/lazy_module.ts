// This module performs no I/O.

/** Modules that are loaded at their first use, as most calls never need them. */

/** What such a module gives. */
export class LazyModule<M extends object> {
  readonly #load: () => Promise<M>;
  #module: M | null = null;

  /** @param load Imports the module, by a name that is written out: compiled programs hold what is named so. */
  constructor(load: () => Promise<M>) {
    this.#load = load;
  }

  /** Loads it, the first time. Later nothing is loaded any more: simulations need that. */
  async load(): Promise<M> {
    return this.#module ??= await this.#load();
  }
}
