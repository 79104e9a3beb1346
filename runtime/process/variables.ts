/** Values that a program takes from the environment: `LC_V_SITE_NAME` is the member `siteName`. */

import type { MessageBase, MessageClass } from "../types/message.ts";
import type { World } from "../world.ts";
import { ArgumentError } from "./arguments.ts";
import { formsOf } from "./role.ts";
import { TextValueError, valueFromText } from "./text_value.ts";

const PREFIX = "LC_V_";

/**
 * Sets members of an object from variables. In their names a dash counts as an underscore; the rest is the wire name of a
 * member in upper case.
 *
 * @throws {ArgumentError} When a text is no value of its member's type.
 */
export function applyVariables(world: World, variables: MessageBase): void {
  const { members } = variables.constructor as MessageClass;
  const byName = new Map(members.map((member) => [member.wireName.toUpperCase(), member]));
  for (const variable of world.environment.variableNames()) {
    if (!variable.startsWith(PREFIX)) continue;
    const name = variable.slice(PREFIX.length).replaceAll("-", "_");
    const member = byName.get(name);
    if (member === undefined) continue;
    try {
      const text = world.environment.variable(variable) ?? "";
      Reflect.set(variables, member.name, valueFromText(name, text, member.type, formsOf(world)));
    } catch (error) {
      if (!(error instanceof TextValueError)) throw error;
      const why = `cannot process variable "${name}" (${member.wireName}) - cannot decode (${error.reason})`;
      throw new ArgumentError(why, { cause: error });
    }
  }
}
