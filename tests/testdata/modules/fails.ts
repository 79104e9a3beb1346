// Fails in an actor, in a line whose number says whether lines were kept.
import * as cake from "@layer-cake/cake";

enum Kind {
  SECOND = 1,
}

class Failing {
  constructor(private readonly kind: Kind) {}
  fail(): never {
    throw new RangeError(`kind ${this.kind}`);
  }
}

async function fails(_self: cake.Routine): Promise<void> {
  await Promise.resolve();
  new Failing(Kind.SECOND).fail();
}
cake.bind(fails, import.meta);

cake.create(fails, import.meta);
