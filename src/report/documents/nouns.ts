/** What stands for an actor of a type. */
const NOUNS: ReadonlyMap<string, string> = new Map([
  ["service", "Service"],
  ["agent", "Agent"],
  ["system", "System"],
]);

/** What stands for people. */
export const PERSON = "Person";
/** What stands for where something came from. */
export const ADDRESS = "Address";
/** What stands for the program that somebody used. */
export const CLIENT = "Client";
/** What stands for what somebody did between coming and going. */
export const SESSION = "Session";

/** What stands for somebody of a type; whose type is not known is a person. */
export function nounOf(type: string): string {
  return NOUNS.get(type.toLowerCase()) ?? PERSON;
}
