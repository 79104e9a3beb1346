import * as cake from "@layer-cake/cake";

/** A person. */
export class Customer extends cake.Message({
  name: cake.Unicode,
  age: cake.Integer8,
}) {}
cake.bind(Customer, import.meta);
