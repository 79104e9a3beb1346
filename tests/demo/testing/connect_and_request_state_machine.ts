import * as cake from "@layer-cake/cake";
import { tableType, Xy } from "./test_api.ts";

const settings = {
  serverAddress: cake.typeOf(cake.HostPort).default(() => new cake.HostPort("127.0.0.1", 5050)),
  requestCount: cake.Integer8.default(1),
  slowDown: cake.Float8.default(0.5),
  bigTable: cake.Integer8.default(100),
};
type Given = cake.Settings<typeof settings>;
type State = "initial" | "connecting" | "requesting" | "glaring" | "closing";

/** Connects to the server and asks for tables, one after the other; what is taken when is in its table. */
export class ConnectAndRequest extends cake.StateMachine<State> {
  readonly #given: Given;
  #left: number;
  #sent = new Xy();
  #client = cake.NO_ADDRESS;

  /** Makes a client, as the command line or its parent says. */
  constructor(given: Given) {
    super("initial");
    this.#given = given;
    this.#left = given.requestCount;
  }

  onStart(): State {
    cake.connect(this, this.#given.serverAddress, { httpClient: "/", layerCakeJson: true });
    return "connecting";
  }

  onConnected(): State {
    this.#client = this.returnAddress;
    return this.request();
  }

  /** Asks for a table of random size. */
  request(): State {
    const { bigTable } = this.#given;
    this.#sent = new Xy({ x: randomSize(bigTable), y: randomSize(bigTable) });
    this.send(this.#sent, this.#client);
    return "requesting";
  }

  onTable(table: readonly (readonly number[])[]): State {
    const { x, y } = this.#sent;
    if (table.length !== y || table[0]?.length !== x) this.complete(new cake.Faulted("not the matching table"));
    return this.next();
  }

  /** Closes after the last request; else takes a breath. */
  next(): State {
    if (--this.#left < 1) {
      this.send(new cake.Close(), this.#client);
      return "closing";
    }
    this.start(cake.T1, cake.spreadOut(this, this.#given.slowDown));
    return "glaring";
  }
}

const stopped = cake.on(cake.Stop, (self: ConnectAndRequest): State => self.complete(new cake.Aborted()));
const faulted = cake.on(cake.Faulted, (self: ConnectAndRequest, fault): State => self.complete(fault));

cake.bind(ConnectAndRequest, import.meta, {
  settings,
  returns: cake.Any,
  table: {
    initial: [cake.on(cake.Start, (self) => self.onStart())],
    connecting: [cake.on(cake.Connected, (self) => self.onConnected()), stopped, faulted],
    requesting: [
      cake.on(tableType, (self, table) => self.onTable(table)),
      cake.on(cake.Busy, (self) => self.next()),
      stopped,
      faulted,
    ],
    glaring: [cake.on(cake.T1, (self) => self.request()), stopped, faulted],
    closing: [cake.on(cake.Closed, (self): State => self.complete(new cake.Ack())), stopped, faulted],
  },
});

cake.create(ConnectAndRequest, import.meta);

function randomSize(most: number): number {
  return 1 + Math.floor(Math.random() * most);
}
