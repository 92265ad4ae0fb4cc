/** The names that an object has, and its classes, but for those of every object. */
export function memberNames(value: unknown): readonly string[] {
  const names = new Set<string>();
  let holder: unknown = value;
  while (typeof holder === "object" && holder !== null && holder !== Object.prototype) {
    for (const name of Object.getOwnPropertyNames(holder)) names.add(name);
    holder = Object.getPrototypeOf(holder);
  }
  names.delete("constructor");
  return [...names].sort();
}
