import type { Process } from "./process.ts";

/** Stands between a machine and its program: a recording. */
export interface Observer {
  /** What the program is to get for a face that was made. */
  face<Face extends object>(process: Process, name: string, face: Face): Face;
  /** Make a call that belongs to no face. */
  call<Parameters extends readonly unknown[], Result>(
    process: Process,
    name: string,
    parameters: Parameters,
    work: (...parameters: Parameters) => Result,
  ): Result;
}

const faces = new WeakMap<Process, Map<string, object>>();

/** The faces of a process that were made, by name. */
export function facesOf(process: Process): Map<string, object> {
  const known = faces.get(process) ?? new Map<string, object>();
  faces.set(process, known);
  return known;
}

/**
 * The face of a process by its name, made at the first call. All that a program calls goes through
 * here, so that one place can hear of all of it.
 */
export function faceOf<Face extends object>(
  process: Process,
  name: string,
  make: () => Face,
): Face {
  const all = facesOf(process);
  const known = all.get(name);
  if (known !== undefined) return known as Face;
  const made = make();
  const face = process.machine.observer?.face(process, name, made) ?? made;
  all.set(name, face);
  return face;
}
