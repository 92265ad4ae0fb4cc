/**
 * The rules about a site. Each takes its files and returns what breaks the rule, one line a breach,
 * so that a test can show each rule both held and broken.
 */
import { dirname, join } from "node:path/posix";
import { inflateSync } from "node:zlib";

/** Text by path from the root of the site. */
export type Site = ReadonlyMap<string, string>;

interface Link {
  /** As it is written. */
  readonly target: string;
  /** Whether a browser fetches it by itself. */
  readonly isFetched: boolean;
}

const TAG = /<(\w+)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*\/?>/g;
const ATTRIBUTE = /([\w:-]+)="([^"]*)"/g;
const OTHER_ORIGIN = /^([a-z][a-z+.-]*:)?\/\//i;

const isPage = (path: string) => path.endsWith(".html");

function attributes(text: string): ReadonlyMap<string, string> {
  return new Map([...text.matchAll(ATTRIBUTE)].map(([, name = "", value = ""]) => [name, value]));
}

/** All tags of a page, with what they have. */
function* tags(page: string) {
  for (const [, name = "", rest = ""] of page.matchAll(TAG)) yield { name, has: attributes(rest) };
}

function linksOf(page: string): Link[] {
  const links: Link[] = [];
  for (const { name, has } of tags(page)) {
    const source = has.get("src");
    if (source !== undefined) links.push({ target: source, isFetched: true });
    const sources = has.get("srcset")?.split(",") ?? [];
    for (const one of sources) {
      links.push({ target: one.trim().split(/\s/)[0] ?? "", isFetched: true });
    }
    const target = has.get("href");
    if (target !== undefined) links.push({ target, isFetched: name === "link" });
  }
  return links;
}

function anchorsOf(page: string): Set<string> {
  const anchors = new Set<string>();
  for (const { name, has } of tags(page)) {
    const id = has.get("id") ?? (name === "a" ? has.get("name") : undefined);
    if (id !== undefined) anchors.add(id);
  }
  return anchors;
}

/** Where a link of a page leads inside of the site. */
function resolved(from: string, target: string): [path: string, anchor: string] {
  const [path = "", anchor = ""] = target.replaceAll("&amp;", "&").split("#");
  const decoded = decodeURIComponent(path);
  return [decoded === "" ? from : join(dirname(from), decoded), decodeURIComponent(anchor)];
}

/** Each link of a page leads to a file of the site, and to a place that is there. */
export function brokenLinks(site: Site): string[] {
  const pages = [...site].filter(([path]) => isPage(path));
  const anchors = new Map(pages.map(([path, page]) => [path, anchorsOf(page)]));
  return pages.flatMap(([from, page]) => {
    const inside = linksOf(page).filter(({ target }) => !/^[a-z]+:/.test(target));
    return inside.flatMap(({ target }) => {
      const [path, anchor] = resolved(from, target);
      const isThere = site.has(path) && (anchor === "" || (anchors.get(path)?.has(anchor) ?? true));
      return isThere ? [] : [`${from}: ${target} leads nowhere`];
    });
  });
}

/** What pages and styles fetch by themselves comes from the site. */
export function otherOrigins(site: Site): string[] {
  return [...site].flatMap(([path, text]) => {
    const fetched = isPage(path)
      ? linksOf(text).filter(({ isFetched }) => isFetched)
      : path.endsWith(".css")
        ? [...text.matchAll(/(?:url\(\s*|@import\s+)["']?([^"')\s]+)/g)].map(([, target = ""]) => {
            return { target };
          })
        : [];
    return fetched
      .filter(({ target }) => OTHER_ORIGIN.test(target))
      .map(({ target }) => `${path}: fetches ${target}`);
  });
}

interface Entry {
  readonly path?: string;
  readonly children?: readonly Entry[];
}

function pathsOf({ path, children = [] }: Entry): string[] {
  return [...(path === undefined ? [] : [path]), ...children.flatMap(pathsOf)];
}

/** Pages that the navigation leads to. It is compressed in a script. */
export function navigationPaths(site: Site): string[] {
  const script = site.get("assets/navigation.js") ?? "";
  const [, packed = ""] = /"([^"]+)"/.exec(script) ?? [];
  const text = inflateSync(Buffer.from(packed, "base64")).toString();
  return (JSON.parse(text) as Entry[]).flatMap(pathsOf);
}
