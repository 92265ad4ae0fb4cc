/**
 * What a worker cannot do, as what it takes is kept by the thread of the host that made the
 * machine.
 */
export function ownersOnly(name: string): never {
  throw new Error(
    `${name} belongs to the owner of the process: call it where the machine was created`,
  );
}

/** The same functions, but those of these names, which belong to the owner. */
export function withoutOwners<Face extends object>(
  face: Face,
  names: readonly (keyof Face & string)[],
): Face {
  const refused = names.map((name) => [name, () => ownersOnly(name)]);
  return { ...face, ...Object.fromEntries(refused) };
}
