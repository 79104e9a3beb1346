// Ends with a fault, as told by its settings.
import * as cake from "@layer-cake/cake";

const settings = {
  condition: cake.Unicode,
  explanation: cake.Unicode,
  errorCode: cake.Integer8,
  exitStatus: cake.Integer8,
  seconds: cake.Float8,
};

export async function faulty(self: cake.Routine, given: cake.Settings<typeof settings>): Promise<cake.Faulted> {
  const { condition, explanation, errorCode, exitStatus, seconds } = given;
  if (seconds) {
    self.start(cake.T1, seconds);
    const m = await self.select(cake.T1, cake.Stop);
    if (m instanceof cake.Stop) return new cake.Aborted();
  }
  return new cake.Faulted(condition ?? undefined, explanation, { errorCode, exitStatus });
}
cake.bind(faulty, import.meta, { settings });

cake.create(faulty, import.meta);
