/** What the markup of TypeDoc lacks for readers without a mouse, without eyes, or without width. */
import { PageEvent } from "typedoc";

/** @type {[from: string, to: string][]} */
const REPLACED = [
  ['<div class="col-content">', '<div class="col-content" role="main">'],
  ['<div class="col-sidebar">', '<div class="col-sidebar" role="complementary">'],
  ["<th></th>", "<td></td>"],
  // What scrolls has to be reached with the keyboard.
  ["<pre>", '<pre tabindex="0">'],
  ["<table>", '<div class="table" tabindex="0"><table>'],
  ["</table>", "</table></div>"],
];

/** @param {import("typedoc").Application} typedoc */
export function mendMarkup(typedoc) {
  typedoc.renderer.on(PageEvent.END, (page) => {
    for (const [from, to] of REPLACED) page.contents = page.contents?.replaceAll(from, to) ?? "";
  });
}
