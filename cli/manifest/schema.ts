// This module performs no I/O.

/** The JSON schema of manifests, for editors. */

import { ADDRESS_FIELDS, EXTENSION_PREFIX, type Field, type FieldType, MANIFEST_FIELDS } from "./fields.ts";

type Schema = { readonly [name: string]: unknown };

/** The schema, in the draft that editors know best. */
export function manifestSchema(): Schema {
  const { properties, ...rest } = fieldsSchema(MANIFEST_FIELDS);
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "cake.yaml",
    description: "A composite process: what cake run starts in the folder of this file.",
    ...rest,
    properties,
    patternProperties: { [`^${EXTENSION_PREFIX}`]: {} },
  };
}

function fieldsSchema(fields: readonly Field[]): Schema & { readonly properties: Schema } {
  const required = fields.filter(({ isRequired }) => isRequired === true).map(({ name }) => name);
  return {
    type: "object",
    additionalProperties: false,
    ...required.length === 0 ? {} : { required },
    properties: Object.fromEntries(
      fields.map(({ name, type, help }) => [name, { description: `${help}.`, ...typeSchema(type) }]),
    ),
  };
}

function typeSchema(type: FieldType): Schema {
  switch (type.kind) {
    case "text":
      return { type: "string", minLength: 1 };
    case "boolean":
      return { type: "boolean" };
    case "whole":
      return { type: "integer", minimum: type.min, maximum: type.max };
    case "number":
      return { type: "number", minimum: type.min };
    case "list":
      return { type: "array", items: typeSchema(type.of) };
    case "address":
      return { anyOf: [{ type: "string", pattern: "^.+:[0-9]+$" }, fieldsSchema(ADDRESS_FIELDS)] };
    case "fields":
      return fieldsSchema(type.fields);
    case "named":
      return {
        type: "object",
        patternProperties: { [type.pattern]: typeSchema(type.of) },
        additionalProperties: false,
      };
    case "value":
      return {};
  }
}
