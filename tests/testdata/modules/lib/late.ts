import { twice } from "./shape.ts";

/** Whether a function is the one that this module imports. */
export const same = (other: unknown): boolean => other === twice;
