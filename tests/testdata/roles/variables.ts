// Values from the environment.
import * as cake from "@layer-cake/cake";

class Factory extends cake.Message({
  depth: cake.Integer8.default(7),
  siteName: cake.Unicode.default("here"),
  hostPort: cake.typeOf(cake.HostPort).default(() => new cake.HostPort("127.0.0.1", 1)),
}) {}
cake.bind(Factory, import.meta);

const factory = new Factory();

export function variables(): Factory {
  return factory;
}
cake.bind(variables, import.meta, { returns: cake.Any });

cake.create(variables, import.meta, { variables: factory });
