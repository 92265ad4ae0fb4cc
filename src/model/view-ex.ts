import { MEM_LARGE_PAGES, MEM_REPLACE_PLACEHOLDER } from "./constants.ts";
import type { Requirements } from "./placeholder.ts";
import type { RangeAnswer } from "./range.ts";
import type { Section } from "./section.ts";
import type { Answer, CallOptions } from "./space.ts";
import { INVALID_HANDLE, INVALID_PARAMETER, INVALID_PARAMETER_1 } from "./status.ts";
import { type CompleteView, MEM_DOS_LIM, VIEW_TYPES, type ViewRequest, Views } from "./view.ts";

/** Section 7.10. */
export class ViewsEx extends Views {
  mapViewEx(
    section: Section | undefined,
    rights: number,
    given: Omit<ViewRequest, "zeroBits" | "commitSize" | "inherit" | "limits">,
    requirements: Requirements,
    options: CallOptions = {},
  ): RangeAnswer {
    const limits = this.limitsFor(requirements);
    const request = { zeroBits: 0, commitSize: 0, type: 0, inherit: 1, ...given, limits };
    const { base, size } = request;
    const refusal =
      this.refuseExArguments(request, requirements) ??
      this.refuseViewHandles(section, rights, request, options);
    if (refusal !== null || section === undefined) {
      const missing = { status: INVALID_HANDLE, rule: "7.2#7" };
      return { ...withoutNumber(refusal ?? missing), base, size };
    }
    return withoutNumber(this.mapChecked(section, request));
  }

  private refuseExArguments(request: CompleteView, requirements: Requirements): Answer | null {
    const { base, type } = request;
    const { alignment, highest, lowest } = requirements;
    const invalid = (rule: string) => ({ status: INVALID_PARAMETER, rule });
    if (alignment !== 0) return invalid("7.10#4");
    if (!this.areLegal(requirements)) return invalid("7.10#5");
    if ((type & ~VIEW_TYPES & ~MEM_DOS_LIM & ~MEM_REPLACE_PLACEHOLDER) !== 0) {
      return invalid("7.2#2");
    }
    if ((type & MEM_REPLACE_PLACEHOLDER) !== 0 && (type & MEM_LARGE_PAGES) !== 0) {
      return invalid("8.3");
    }
    const wrong = this.refuseViewRange(request);
    if (wrong !== null) return wrong;
    return base !== 0 && (lowest !== 0 || highest !== 0) ? invalid("7.10#5") : null;
  }
}

/** The parameters have other numbers than those of the older service. */
function withoutNumber<T extends Answer>(answer: T): T {
  const { status } = answer;
  const numbered = status >= INVALID_PARAMETER_1 && status < INVALID_PARAMETER_1 + 10;
  return numbered ? { ...answer, status: INVALID_PARAMETER } : answer;
}
