/** Puts each constant under the heading that the comment of its file begins with. */
import { Comment, CommentTag, Converter, ReflectionKind } from "typedoc";

const CONSTANTS = /\/src\/constants\/[^/]+\.ts$/;

/** @param {string} source */
function headingOf(source) {
  const [, comment = ""] = /^\/\*\*(.*?)\*\//s.exec(source) ?? [];
  const words = comment.replace(/\s+(\* )?/g, " ").trim();
  return words.replace(/(:|\.|,? by the|, by|, as) .*|\.$/, "");
}

/** @param {import("typedoc").Application} typedoc */
export function groupConstants(typedoc) {
  typedoc.converter.on(Converter.EVENT_CREATE_DECLARATION, (context, reflection) => {
    if (!reflection.kindOf(ReflectionKind.Variable)) return;
    const [declaration] = context.getSymbolFromReflection(reflection)?.declarations ?? [];
    const file = declaration?.getSourceFile();
    if (file === undefined || !CONSTANTS.test(file.fileName)) return;
    const comment = reflection.comment ?? new Comment();
    comment.blockTags.push(
      new CommentTag("@group", [{ kind: "text", text: headingOf(file.text) }]),
    );
    reflection.comment = comment;
  });
}
