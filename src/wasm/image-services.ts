import type { Link } from "./link.ts";
import { type AdoptedRun, writeRuns } from "./runs.ts";

/** What NtCreateSection is asked for, as far as no file is concerned. */
export interface ImageSection {
  /** Bits of `FileAccess`. */
  readonly fileAccess: number;
  readonly sizeBytes: number;
  readonly protection: number;
  readonly attributes: number;
}

/** A program whose headers were read. */
export interface ImageSource {
  readonly number: number;
  readonly content: number;
  readonly sizeBytes: number;
  readonly base: number;
  readonly runs: readonly AdoptedRun[];
}

const NONE: ImageSource = { number: 0, content: 0, sizeBytes: 0, base: 0, runs: [] };

/** Sections of programs. */
export class ImageServices {
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
  }

  /** `image`: the program, or the NTSTATUS that refuses it. At most ADOPTED_RUNS_MAXIMUM runs. */
  sectionCreate(image: ImageSource | number, section: ImageSection): number {
    const status = typeof image === "number" ? image : 0;
    const { number, content, sizeBytes, base, runs } = typeof image === "number" ? NONE : image;
    writeRuns(this.#link.view, runs);
    return this.#link.service(
      (core, context) =>
        core.sectionCreateImageF64(
          context,
          status,
          number,
          content,
          sizeBytes,
          base,
          runs.length,
          section.fileAccess,
          section.sizeBytes,
          section.protection,
          section.attributes,
        ) >>> 0,
    );
  }
}
