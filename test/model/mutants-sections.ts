import { Model, ModelProcess } from "../../src/model/model.ts";
import type { Region } from "../../src/model/region.ts";
import type { Section } from "../../src/model/section.ts";
import type { Answer } from "../../src/model/space.ts";
import { type Mutant, mutant } from "./mutant.ts";

const PAGE = 0x1000;

const copying: Mutant[] = [
  mutant(
    "copy-on-write never copies",
    class extends ModelProcess {
      protected override copyPage(): void {}
    },
  ),
  mutant(
    "a copied page keeps its protection",
    class extends ModelProcess {
      protected override copyPage(page: number, protect: number): void {
        super.copyPage(page, protect);
        this.setPageProtect(page, protect);
      }
    },
  ),
  mutant(
    "a write to a copied page leaks into the section",
    class extends ModelProcess {
      protected override copyPage(page: number, protect: number): void {
        super.copyPage(page, protect);
        this.factsAt(page).bytes = null;
      }
    },
  ),
  mutant(
    "a copy begins with zeros",
    class extends ModelProcess {
      protected override copyPage(page: number, protect: number): void {
        super.copyPage(page, protect);
        this.factsAt(page).bytes = new Uint8Array(PAGE);
      }
    },
  ),
  mutant(
    "a page that was copied copies again",
    class extends ModelProcess {
      protected override copyPage(page: number, protect: number): void {
        super.copyPage(page, protect);
        this.factsAt(page).copied = false;
      }
    },
  ),
];

const sharing: Mutant[] = [
  mutant(
    "a second view has bytes of its own",
    class extends ModelProcess {
      protected override sharedFrame(page: number): Uint8Array | null {
        const region = this.regionAt(page * PAGE);
        const first = region?.mapping?.section.views[0]?.region;
        return region === first ? super.sharedFrame(page) : null;
      }

      protected override contentOf(page: number): Uint8Array | null {
        const region = this.regionAt(page * PAGE);
        const first = region?.mapping?.section.views[0]?.region;
        return region === first ? super.contentOf(page) : (this.facts.get(page)?.bytes ?? null);
      }
    },
  ),
  mutant(
    "a view ignores its offset",
    class extends ModelProcess {
      protected override insert(region: Region): void {
        if (region.mapping !== undefined) region.mapping.firstPage = 0;
        super.insert(region);
      }
    },
  ),
  mutant(
    "the memory goes with a view",
    class extends ModelProcess {
      protected override detachView(region: Region): void {
        const section = region.mapping?.section;
        super.detachView(region);
        section?.frames.clear();
      }
    },
  ),
];

/** A model whose sections are broken. */
function sectionMutant(name: string, Broken: typeof Model): Mutant {
  return { name, make: (settings) => new Broken(settings) };
}

const charging: Mutant[] = [
  mutant(
    "the charge of a view is not returned",
    class extends ModelProcess {
      protected override releaseViewCharge(): void {}
    },
  ),
  mutant(
    "a view that copies is not charged",
    class extends ModelProcess {
      protected override ownPages(): number {
        return 0;
      }
    },
  ),
  mutant(
    "views do not ask for charge",
    class extends ModelProcess {
      protected override overViewCharge(): Answer | null {
        return null;
      }
    },
  ),
  sectionMutant(
    "the charge of a section is not returned with its handle",
    class extends Model {
      override closeSection(section: Section): void {
        const { charge } = this.shared;
        super.closeSection(section);
        this.shared.charge = charge;
      }
    },
  ),
  sectionMutant(
    "a section goes with its handle, views or not",
    class extends Model {
      override closeSection(section: Section): void {
        section.frames.clear();
        super.closeSection(section);
      }
    },
  ),
];

export const sectionMutants: readonly Mutant[] = [...copying, ...sharing, ...charging];
