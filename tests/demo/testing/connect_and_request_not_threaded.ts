import * as cake from "@layer-cake/cake";
import { tableType, Xy } from "./test_api.ts";

/** What a client can be told. */
export const settings = {
  serverAddress: cake.typeOf(cake.HostPort).default(() => new cake.HostPort("127.0.0.1", 5050)),
  requestCount: cake.Integer8.default(1),
  slowDown: cake.Float8.default(0.5),
  bigTable: cake.Integer8.default(100),
};
type Given = cake.Settings<typeof settings>;

/** The same client as one of many on one thread: in cake every actor is, unless it is given a thread. */
export class ConnectAndRequest extends cake.Stateless {
  readonly #given: Given;
  #left: number;
  #sent = new Xy();
  #client = cake.NO_ADDRESS;

  /** Makes a client, as the command line or its parent says. */
  constructor(given: Given) {
    super();
    this.#given = given;
    this.#left = given.requestCount;
  }

  onStart(): void {
    cake.connect(this, this.#given.serverAddress, { httpClient: "/", layerCakeJson: true });
  }

  onConnected(): void {
    this.#client = this.returnAddress;
    this.request();
  }

  /** Asks for a table of random size. */
  request(): void {
    const { bigTable } = this.#given;
    this.#sent = new Xy({ x: randomSize(bigTable), y: randomSize(bigTable) });
    this.send(this.#sent, this.#client);
  }

  onTable(table: readonly (readonly number[])[]): void {
    const { x, y } = this.#sent;
    if (table.length !== y || table[0]?.length !== x) this.complete(new cake.Faulted("not the matching table"));
    this.next();
  }

  /** Closes after the last request; else takes a breath. */
  next(): void {
    if (--this.#left < 1) this.send(new cake.Close(), this.#client);
    else this.start(cake.T1, cake.spreadOut(this, this.#given.slowDown));
  }
}
cake.bind(ConnectAndRequest, import.meta, {
  settings,
  returns: cake.Any,
  table: {
    always: [
      cake.on(cake.Start, (self) => self.onStart()),
      cake.on(cake.Connected, (self) => self.onConnected()),
      cake.on(cake.NotConnected, (self, fault) => self.complete(fault)),
      cake.on(tableType, (self, table) => self.onTable(table)),
      cake.on(cake.Busy, (self) => self.next()),
      cake.on(cake.T1, (self) => self.request()),
      cake.on(cake.Closed, (self) => self.complete(new cake.Ack())),
      cake.on(cake.Stop, (self) => self.complete(new cake.Aborted())),
      cake.on(cake.Faulted, (self, fault) => self.complete(fault)),
    ],
  },
});

cake.create(ConnectAndRequest, import.meta);

function randomSize(most: number): number {
  return 1 + Math.floor(Math.random() * most);
}
