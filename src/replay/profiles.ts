/** Profiles that a trace can be replayed on, with the size of their pointers. */
export const PROFILE_POINTER_BYTES: ReadonlyMap<string, 4 | 8> = new Map([
  ["win32", 4],
  ["win32-2g", 4],
  ["win32-3g", 4],
  ["win32-4g", 4],
  ["win64", 8],
  ["win64-8tb", 8],
]);

export const PROFILES: readonly string[] = [...PROFILE_POINTER_BYTES.keys()];
export const SPACES = ["windowed", "translated"] as const;
export type Space = (typeof SPACES)[number];

export function pointerBytesOf(profile: string): 4 | 8 {
  const bytes = PROFILE_POINTER_BYTES.get(profile);
  if (bytes === undefined) {
    throw new RangeError(`unknown profile "${profile}" (known: ${PROFILES.join(", ")})`);
  }
  return bytes;
}

/**
 * The kind of space a trace is replayed in unless another is asked for. A 64-bit profile has no
 * window.
 */
export function defaultSpace(profile: string): Space {
  return pointerBytesOf(profile) === 8 ? "translated" : "windowed";
}
