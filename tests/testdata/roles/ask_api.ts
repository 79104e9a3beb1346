// Messages that service.ts and asker.ts share.
import * as cake from "@layer-cake/cake";

export class Ask extends cake.Message({ number: cake.Integer8.default(1) }) {}
cake.bind(Ask, import.meta);

export const TOTAL = cake.defType(cake.Integer8);
