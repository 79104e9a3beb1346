import * as cake from "@layer-cake/cake";
import { tableType, Xy } from "./test_api.ts";

/** A client that shares a connection with others: the address of it, and how much to ask for. */
export interface Given {
  /** The connection. */
  client: typeof cake.NO_ADDRESS;
  requestCount: number;
  slowDown: number;
  bigTable: number;
}

/** Asks for tables through a connection that its parent has. */
export class ConnectAndRequest extends cake.Stateless {
  readonly #given: Given;
  #left: number;
  #sent = new Xy();

  /** Makes a client. */
  constructor(given: Given) {
    super();
    this.#given = given;
    this.#left = given.requestCount;
  }

  /** Asks for a table of random size. */
  request(): void {
    const { bigTable, client } = this.#given;
    this.#sent = new Xy({ x: randomSize(bigTable), y: randomSize(bigTable) });
    this.send(this.#sent, client);
  }

  onTable(table: readonly (readonly number[])[]): void {
    const { x, y } = this.#sent;
    if (table.length !== y || table[0]?.length !== x) this.complete(new cake.Faulted("not the matching table"));
    this.next();
  }

  /** Ends after the last request; else takes a breath. */
  next(): void {
    if (--this.#left < 1) this.complete(new cake.Ack());
    this.start(cake.T1, cake.spreadOut(this, this.#given.slowDown));
  }
}
cake.bind(ConnectAndRequest, import.meta, {
  returns: cake.Any,
  table: {
    always: [
      cake.on(cake.Start, (self) => self.request()),
      cake.on(tableType, (self, table) => self.onTable(table)),
      cake.on(cake.Busy, (self) => self.next()),
      cake.on(cake.T1, (self) => self.request()),
      cake.on(cake.Stop, (self) => self.complete(new cake.Aborted())),
      cake.on(cake.Faulted, (self, fault) => self.complete(fault)),
    ],
  },
});

function randomSize(most: number): number {
  return 1 + Math.floor(Math.random() * most);
}
