import { Machine } from "guardpage";
import { describe, expect, test } from "vitest";
import { memberNames } from "../../demo/calls/member-names.ts";
import { Writer } from "../../demo/calls/writer.ts";
import { completion } from "../../demo/console/completion.ts";
import { Console } from "../../demo/console/console.ts";
import { declared } from "../../demo/console/declarations.ts";
import { explanation } from "../../demo/console/explanation.ts";
import { Prompt } from "../../demo/console/prompt.ts";
import { Session } from "../../demo/session/session.ts";

async function openConsole() {
  const machine = await Machine.create({ profile: "win64" });
  machine.createProcess();
  const session = new Session(machine);
  const own = new Console(session);
  const run = (line: string) => {
    own.draft.value = line;
    own.run();
    const entry = own.entries.value.at(-1);
    if (entry === undefined || !("outcome" in entry)) throw new Error("no outcome");
    return entry.outcome;
  };
  return { session, machine, own, run };
}

describe("a line", () => {
  test("that is an expression has its value, one of statements that of the last", async () => {
    const { run } = await openConsole();
    expect(run("1 + 1").value).toBe(2);
    expect(run("let sum = 0; for (let i = 1; i < 5; i++) sum += i; sum").value).toBe(10);
    expect(run("{ a: 1 }").value).toEqual({ a: 1 });
    expect(run("{ let a = 3; a }").value).toBe(3);
  });

  test("leaves what it declares to the next", async () => {
    const { run } = await openConsole();
    run("const a = 1, { b, c: [d] } = { b: 2, c: [3] }; let e");
    run("function double(x) { return 2 * x }\nclass Pair { first = 1 }");
    expect(run("[a, b, d, e, double(4), new Pair().first]").value).toEqual([
      1,
      2,
      3,
      undefined,
      8,
      1,
    ]);
    run("a = 5; var f = a");
    expect(run("a + f").value).toBe(10);
  });

  test("leaves nothing outside", async () => {
    const { run } = await openConsole();
    run("leftBehind = 1; name = 'x'");
    expect(Object.keys(globalThis)).not.toContain("leftBehind");
    expect(run("leftBehind").value).toBe(1);
  });

  test("has what is everywhere, called as everywhere", async () => {
    const { run } = await openConsole();
    expect(run("structuredClone([Math.max(1, 2)])").value).toEqual([2]);
    expect(run("clearTimeout(setTimeout(() => {}, 0))").thrown).toBeUndefined();
  });

  test("says what is not defined, and what cannot be read", async () => {
    const { run } = await openConsole();
    expect(String(run("nothing.there").thrown?.error)).toBe(
      "ReferenceError: nothing is not defined",
    );
    expect(run("1 +").thrown?.error).toBeInstanceOf(SyntaxError);
  });

  test("calls in the process that is shown, and its handlers stay with theirs", async () => {
    const { run, session, machine } = await openConsole();
    run(
      "AddVectoredExceptionHandler(0, (pointers) => VirtualAlloc(0x30000, 1, " +
        "MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE) ? -1 : 0); first = memory",
    );
    session.process.value = machine.createProcess();
    run("first.setUint8(0x30000, 7)");
    const [one, other] = machine.processes.map(({ debugView }) => debugView.isCommitted(0x3_0000));
    expect([one, other]).toEqual([true, false]);
  });

  test("has the last call that it made, and the rule of it", async () => {
    const { run } = await openConsole();
    const { call, rule } = run("VirtualAlloc(0, 0, MEM_RESERVE, PAGE_NOACCESS) + 1");
    expect(call).toMatchObject({ name: "VirtualAlloc", hasFailed: true, lastError: 87 });
    expect(rule).toBe("2.1#13");
    expect(run("GetCurrentProcessId()").rule).toBe("");
    expect(run("2").call).toBeUndefined();
  });

  test("tells the page that the machine has changed, thrown or not", async () => {
    const { run, session } = await openConsole();
    const before = session.changes.value;
    run("memory.getUint8(0)");
    expect(session.changes.value).toBe(before + 1);
    expect(session.exceptions.entries.value).toMatchObject([{ end: "unhandled" }]);
  });

  test("prints before its value", async () => {
    const { run, own } = await openConsole();
    run("print({ State: MEM_COMMIT }); 3");
    const [printed, outcome] = own.entries.value;
    expect(printed).toMatchObject({ printed: { State: 0x1000 } });
    expect(outcome).toMatchObject({ outcome: { value: 3 } });
  });
});

describe("what is declared at the top of a line", () => {
  test.each([
    ["const a = 1", "var a = 1", ["a"]],
    ["let a; { let b }", "var a; { let b }", ["a"]],
    ["for (const a of []) {}", "for (const a of []) {}", []],
    ["'let a'; `const b`; // let c", "'let a'; `const b`; // let c", []],
    ["x = function f() {}", "x = function f() {}", []],
    ["async function f() {}", "var f = async function f() {}", ["f"]],
    ["f = async () => {}", "f = async () => {}", []],
    ["1\nlet b = 2", "1\nvar b = 2", ["b"]],
    ["letter = 1", "letter = 1", []],
  ])("%j", (line, source, names) => {
    expect(declared(line)).toEqual({ source, names });
  });
});

describe("Tab", () => {
  const scope = ["VirtualAlloc", "VirtualFree", "VirtualQuery", "memory"];
  const names = (path: string) => {
    return path === "" ? scope : path === "memory" ? ["getUint16", "getUint8", "fill"] : [];
  };

  test("completes a name as far as it is certain", () => {
    expect(completion("x = mem", 7, names)).toEqual({ text: "x = memory", caret: 10, choices: [] });
    expect(completion("f(Vir)", 5, names)).toEqual({
      text: "f(Virtual)",
      caret: 9,
      choices: scope.slice(0, 3),
    });
  });

  test("completes what an object has", () => {
    expect(completion("memory.g", 8, names)).toMatchObject({ text: "memory.getUint" });
    expect(completion("memory.fi", 9, names)).toMatchObject({ text: "memory.fill" });
    expect(completion("memory.", 7, names)).toMatchObject({ choices: names("memory") });
  });

  test("has nothing to do without a name, behind a whole one, and behind an unknown one", () => {
    const texts = ["", "1 + ", "memory", "nothing", "nothing.", "(1).to"];
    expect(texts.map((text) => completion(text, text.length, names))).toEqual(
      texts.map(() => undefined),
    );
  });

  test("knows the methods of classes, and not those of every object", async () => {
    const { own, session } = await openConsole();
    const found = memberNames(session.process.value.memory);
    expect(found).toEqual(expect.arrayContaining(["getUint32", "readString"]));
    expect(found).not.toContain("hasOwnProperty");
    own.draft.value = "process.memory.getFloat3";
    expect(own.complete(own.draft.value.length)?.text).toBe("process.memory.getFloat32");
  });
});

test("Tab that has shown its choices does nothing more", async () => {
  const { own } = await openConsole();
  const prompt = new Prompt(own);
  const area = {
    value: "VirtualA",
    selectionStart: 8,
    selectionEnd: 8,
    setSelectionRange(start: number, end: number) {
      this.selectionStart = start;
      this.selectionEnd = end;
    },
  };
  prompt.wrote(area.value);
  expect(prompt.pressed("Tab", area)).toBe(true);
  expect([area.value, area.selectionStart]).toEqual(["VirtualAlloc", 12]);
  expect(prompt.choices.value).toContain("VirtualAllocEx");
  expect(prompt.pressed("Tab", area)).toBe(false);
});

test("Up and Down go through the lines, and come back to what was being written", async () => {
  const { own, run } = await openConsole();
  for (const line of ["1", "2", "2"]) run(line);
  own.draft.value = "unfinished";
  const shown = [own.older, own.older, own.older, own.newer, own.newer, own.newer].map((move) => {
    move.call(own);
    return own.draft.value;
  });
  expect(shown).toEqual(["2", "1", "1", "2", "unfinished", "unfinished"]);
});

describe("a value is written", () => {
  const lines = (value: unknown) => new Writer(0x7fff_ffff).lines(value);

  test("in decimal and hexadecimal", () => {
    expect([7, 4096, 10n, -1, 1.5].flatMap((value) => lines(value))).toEqual([
      ...["7", "4096 (0x1000)", "10 (0xa)", "-1", "1.5"],
    ]);
  });

  test("with all that it holds, down to a depth", () => {
    const own: Record<string, unknown> = { list: [1, { text: "x" }], none: null };
    expect(lines(own)).toEqual(["list: [0] 1", '  [1] text: "x"', "none: null"]);
    own.itself = own;
    expect(lines(own).at(-1)?.trim()).toMatch(/\.\.\.$/);
  });

  test("as bytes, the first of many", () => {
    expect(lines(Uint8Array.of(0, 0xff))).toEqual(["00 ff"]);
    expect(lines(new Uint8Array(300)).at(-1)).toBe("and 44 bytes more");
  });
});

test("an error of the program is told apart from a refused call", async () => {
  const { run } = await openConsole();
  const writer = new Writer(0x7fff_ffff);
  const titles = ["memory.getUint8(0)", "RaiseException(1, 0)", "VirtualAlloc()", "nothing"].map(
    (line) => explanation(run(line), writer).title,
  );
  expect(titles).toEqual([
    "Nobody handled it",
    "Nobody handled it",
    "The call could not be made",
    "It went wrong",
  ]);
});
