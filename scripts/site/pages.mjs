/** How TypeDoc shows the pages of `contents.mjs`: their titles, their places, their addresses. */
import { readFileSync } from "node:fs";
import { relative } from "node:path/posix";
import { Converter, DocumentReflection, StructureRouter } from "typedoc";
import { root } from "../run.mjs";
import { pages } from "./contents.mjs";

const ROUTER = "repository";

/** Texts have the addresses that their files have in the repository; the API is under `api/`. */
class RepositoryRouter extends StructureRouter {
  /**
   * @override
   * @param {import("typedoc").Reflection} target
   */
  getIdealBaseName(target) {
    if (!(target instanceof DocumentReflection)) return `api/${super.getIdealBaseName(target)}`;
    return pathOf(target)
      .replace(/README\.md$/, "index.md")
      .replace(/\.md$/, "");
  }
}

/** @param {DocumentReflection} text */
function pathOf(text) {
  const path = text.project.files.getReflectionPath(text);
  if (path === undefined) throw new Error(`${text.name} has no file`);
  return relative(root, path);
}

/** @param {string} path */
function titleOf(path) {
  const title = /^# (.+)$/m.exec(readFileSync(`${root}/${path}`, "utf8"))?.[1];
  if (title === undefined) throw new Error(`${path} has no title`);
  return title;
}

/** @param {import("typedoc").ProjectReflection} project */
function putChaptersBelow(project) {
  const texts = new Map((project.documents ?? []).map((text) => [pathOf(text), text]));
  for (const { path, index } of pages()) {
    if (index === undefined) continue;
    const chapter = texts.get(path);
    const parent = texts.get(index);
    if (chapter === undefined || parent === undefined) throw new Error(`${path} is no page`);
    project.removeChild(chapter);
    chapter.parent = parent;
    parent.addChild(chapter);
  }
}

/** @param {import("typedoc").Application} typedoc */
export function showPages(typedoc) {
  const headings = new Map(pages().map(({ path, heading }) => [path, heading]));
  typedoc.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, text) => {
    const path = pathOf(text);
    text.name = titleOf(path);
    text.frontmatter.group = headings.get(path);
  });
  typedoc.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => putChaptersBelow(project));
  typedoc.renderer.defineRouter(ROUTER, RepositoryRouter);
  typedoc.options.setValue("router", ROUTER);
}
