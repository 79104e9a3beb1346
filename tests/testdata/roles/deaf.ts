// Never looks at its messages: the whole thread waits.
import * as cake from "@layer-cake/cake";

const settings = { seconds: cake.Float8.default(60) };

export function deaf(_self: cake.Routine, { seconds }: cake.Settings<typeof settings>): cake.Ack {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000 * seconds);
  return new cake.Ack();
}
cake.bind(deaf, import.meta, { settings });

cake.create(deaf, import.meta);
