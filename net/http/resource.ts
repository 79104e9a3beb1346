// This module performs no I/O.

/** Requests of a resource listener to messages: the form of the URI names the parts of the target. */

import { RE2JS } from "re2js";
import type { ReForm } from "../../runtime/mod.ts";
import { FormRequest } from "./messages.ts";
import { headerMap } from "./pieces.ts";
import type { ParsedRequest } from "./request_parser.ts";
import { mappingRefused, type Response } from "./response.ts";

/** The names of the parts of a form, sorted. */
export function formEntryNames(form: ReForm): string[] {
  return [...form.entry.keys()].sort();
}

/**
 * The expression of a form: `{name}` stands for the expression of that entry, `{{` and `}}` for braces.
 *
 * @throws {TypeError} When a name has no expression, a brace stands alone, or the whole is no expression.
 */
export function compileForm(form: ReForm): RE2JS {
  if (form.form === null) throw new TypeError("Cannot use a URI form without a pattern");
  const source = form.form.replace(/\{\{|\}\}|\{([^{}]*)\}|[{}]/g, (found, name: string | undefined) => {
    if (found === "{{" || found === "}}") return found[0]!;
    const expression = name === undefined ? undefined : form.entry.get(name);
    if (expression === undefined) {
      throw new TypeError(`Cannot use URI form "${form.form}": no expression for "${found}"`);
    }
    return `(?P<${name}>${expression})`;
  });
  try {
    return RE2JS.compile(source);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new TypeError(`Cannot use URI form "${form.form}": ${why}`, { cause: error });
  }
}

/** The mapping of one listener. */
export class ResourceMapping {
  readonly #expression: RE2JS;
  readonly #names: readonly string[];

  /** @throws {TypeError} When the form is none. */
  constructor(form: ReForm) {
    this.#expression = compileForm(form);
    this.#names = formEntryNames(form);
  }

  /** The message of a request. The whole target must be of the form, query included. */
  map(request: ParsedRequest): { readonly message: object } | { readonly response: Response } {
    const { method, target, http, body } = request;
    const matcher = this.#expression.matcher(target);
    if (!matcher.matches()) return { response: mappingRefused(target, "request URI does not match form") };
    const named = this.#expression.namedGroups();
    const formEntry = new Map(this.#names.map((name) => [name, name in named ? matcher.group(name) : null]));
    return {
      message: new FormRequest({
        method,
        request: target,
        formEntry,
        http,
        header: headerMap(request.headerLines),
        body,
      }),
    };
  }
}
