import * as cake from "@layer-cake/cake";
import { Customer } from "./test_resource.ts";

const settings = {
  serverAddress: cake.typeOf(cake.HostPort).default(() => new cake.HostPort("127.0.0.1", 5050)),
};

const form = new cake.ReForm({
  form: "/{resource}(/{identity})?",
  entry: new Map([["resource", "\\w+"], ["identity", "[0-9]+"]]),
});
const customersType = cake.defType(cake.MapOf(cake.Integer8, Customer));

/** Serves customers in the style of REST, and keeps them in a file of its role. */
export async function server(self: cake.Routine, { serverAddress }: cake.Settings<typeof settings>) {
  const file = cake.modelFolder(self).file("customers", customersType, { createDefault: true });
  const customers = await file.recover();
  let last = Math.max(0, ...customers.keys());

  const dispatch = new cake.ResourceDispatch(form, [Customer]);
  dispatch.add(Customer, "GET", {}, () => cake.castTo(customers, customersType));
  dispatch.add(Customer, "POST", { body: cake.decodeResource }, (_self, { body }) => {
    customers.set(++last, body ?? new Customer());
    file.store(customers);
    return new cake.HttpResponse({ statusCode: 201, reasonPhrase: "Created" });
  });
  dispatch.add(Customer, "GET", { identity: cake.Integer8, header: null }, (_self, { identity }) => {
    return customers.get(identity) ?? notFound();
  });
  dispatch.add(Customer, "PUT", { identity: cake.Integer8, body: cake.decodeResource }, (_self, { identity, body }) => {
    if (!customers.has(identity)) return notFound();
    customers.set(identity, body ?? new Customer());
    file.store(customers);
    return new cake.HttpResponse();
  });
  dispatch.add(Customer, "DELETE", { identity: cake.Integer8 }, (_self, { identity }) => {
    if (!customers.delete(identity)) return notFound();
    file.store(customers);
    return new cake.HttpResponse();
  });

  cake.listen(self, serverAddress, { uriForm: form });
  const listening = await self.input();
  if (!(listening instanceof cake.Listening)) return listening;

  while (true) {
    const m = await self.input();
    if (m instanceof cake.FormRequest) dispatch.handle(self, m);
    else if (m instanceof cake.Faulted) return m;
    else if (m instanceof cake.Stop) return new cake.Aborted();
  }
}
cake.bind(server, import.meta, { settings });

cake.create(server, import.meta);

function notFound(): cake.HttpResponse {
  return new cake.HttpResponse({ statusCode: 404, reasonPhrase: "Not Found" });
}
