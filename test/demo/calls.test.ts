import { GuestException, Machine, PageFault } from "guardpage";
import { kernel32 } from "guardpage/kernel32";
import { ntdll } from "guardpage/ntdll";
import { describe, expect, test } from "vitest";
import { callOf, matching, themes } from "../../demo/calls/calls.ts";
import type { Parameter } from "../../demo/calls/parameter.ts";
import { Writer } from "../../demo/calls/writer.ts";
import { explanation } from "../../demo/console/explanation.ts";
import { Scope } from "../../demo/console/scope.ts";
import { Form } from "../../demo/form/form.ts";
import { chapters, ruleIndex } from "../../demo/plugins/rule-pages.ts";
import { explained } from "../../demo/rules/rules.ts";
import { Session } from "../../demo/session/session.ts";
import { root } from "../setup/tree.ts";

const names = themes.flatMap(({ calls }) => calls.map(({ name }) => name));
const index = ruleIndex(chapters(`${root}/docs/rules`));

async function openForm(name = "VirtualAlloc") {
  // Without a window, which takes most of the time that a machine takes to make.
  const machine = await Machine.create({ profile: "win64", lockMemoryPrivilege: true });
  machine.createProcess();
  const session = new Session(machine);
  const scope = new Scope(session, () => {});
  const form = new Form(session, scope);
  form.choose(name);
  return { session, machine, scope, form };
}

/** Put texts into the fields of parameters that have one each. */
function fill(form: Form, texts: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(texts)) {
    const [parameter, field] = fieldOf(form, name);
    form.put(parameter, field, text);
  }
}

function fieldOf(form: Form, name: string): [Parameter, Parameter["fields"][number]] {
  const parameter = form.chosen.value.parameters.find((each) => each.name === name);
  const [field] = parameter?.fields ?? [];
  if (parameter === undefined || field === undefined) throw new Error(`no field ${name}`);
  return [parameter, field];
}

function madeBy(form: Form) {
  form.make();
  const made = form.made.value;
  if (made === undefined) throw new Error(`not made: ${JSON.stringify(form.line())}`);
  const { title, lines, lastError } = explanation(made.outcome, new Writer(0x7fff_ffff));
  return { ...made, text: [title, ...lines].join(" "), lastError };
}

describe("the calls that there is a form for", () => {
  test("are all of kernel32 and ntdll, each once", async () => {
    const { session } = await openForm();
    const process = session.process.value;
    const all = [...Object.keys(kernel32(process)), ...Object.keys(ntdll(process))];
    expect(names.filter((name) => !name.includes(".")).sort()).toEqual(all.sort());
    expect(new Set(names).size).toBe(names.length);
  });

  test.each(names)("%s can be made as the form begins", async (name) => {
    const { form } = await openForm(name);
    const { thrown } = madeBy(form).outcome;
    const isAnswer = thrown === undefined || thrown.error instanceof GuestException;
    expect(isAnswer, String(thrown?.error)).toBe(true);
  });

  test.each(names)("%s names its rule, or is known to have none", async (name) => {
    const { form, machine } = await openForm(name);
    const { outcome } = madeBy(form);
    const hasRule = outcome.thrown?.error instanceof PageFault || callOf(name)?.isDecided !== false;
    expect(outcome.rule).toBe(machine.decision);
    expect(outcome.rule !== "").toBe(hasRule);
    if (hasRule) expect(explained(index, outcome.rule)).toBeDefined();
  });
});

describe("a form", () => {
  test("writes the call as a line", async () => {
    const { form } = await openForm("VirtualProtect");
    fill(form, { address: "0x20000", protect: "PAGE_EXECUTE_READ | PAGE_GUARD" });
    expect(form.line()).toEqual({
      line: "VirtualProtect(0x20000, 0x1000, PAGE_EXECUTE_READ | PAGE_GUARD, old = { value: 0 })",
    });
  });

  test("takes hexadecimal and decimal numbers, null, and names of the console", async () => {
    const { form, scope } = await openForm("VirtualFree");
    const addresses = ["0x10000", "65536", "null", "base", "base + 1", "0xffffffffffffffff"];
    const lines = addresses.map((address) => {
      fill(form, { address });
      return form.line();
    });
    expect(lines).toEqual([
      { line: "VirtualFree(0x10000, 0, MEM_RELEASE)" },
      { line: "VirtualFree(65536, 0, MEM_RELEASE)" },
      { line: "VirtualFree(null, 0, MEM_RELEASE)" },
      { line: "VirtualFree(base, 0, MEM_RELEASE)" },
      { line: "VirtualFree((base + 1), 0, MEM_RELEASE)" },
      { line: "VirtualFree(0xffffffffffffffffn, 0, MEM_RELEASE)" },
    ]);
    scope.run("base = VirtualAlloc(0, 1, MEM_RESERVE, PAGE_NOACCESS)");
    fill(form, { address: "base" });
    expect(madeBy(form).text).toBe("Returned TRUE (1)");
  });

  test("has no line while a field is empty", async () => {
    const { form } = await openForm();
    fill(form, { size: " " });
    expect(form.line()).toEqual({ reason: "size is empty" });
    form.make();
    expect(form.made.value).toBeUndefined();
  });

  test("begins with the page that has the focus of the map, and takes a later one", async () => {
    const { form, session } = await openForm();
    session.goTo(0x123_4567);
    form.choose("VirtualFree");
    expect(form.line()).toEqual({ line: "VirtualFree(0x1234000, 0, MEM_RELEASE)" });
    session.goTo(0x20_0000);
    form.putFocus(...fieldOf(form, "address"));
    expect(form.line()).toEqual({ line: "VirtualFree(0x200000, 0, MEM_RELEASE)" });
  });

  test("keeps what was put in while another call is chosen", async () => {
    const { form } = await openForm();
    fill(form, { size: "0x5000" });
    form.choose("VirtualFree");
    form.choose("VirtualAlloc");
    expect(form.line()).toMatchObject({ line: expect.stringContaining("(0, 0x5000, ") });
  });

  test("moves the focus of the map to memory that it got", async () => {
    const { form, session } = await openForm();
    fill(form, { address: "0x40000000", type: "MEM_RESERVE" });
    madeBy(form);
    expect(session.focus.value).toBe(0x4000_0000);
    form.choose("NtAllocateVirtualMemory");
    fill(form, { BaseAddress: "0x50000000" });
    madeBy(form);
    expect(session.focus.value).toBe(0x5000_0000);
  });
});

describe("an answer", () => {
  test("that is an address has the digits of one", async () => {
    const { form } = await openForm();
    fill(form, { address: "0x40000000" });
    expect(madeBy(form).text).toBe("Returned 0x40000000");
  });

  test("of a failure has the last error by name and number, and the rule", async () => {
    const { form } = await openForm();
    fill(form, { size: "0" });
    const { text, lastError, outcome } = madeBy(form);
    expect([text, lastError]).toEqual(["Failed with NULL (0)", "ERROR_INVALID_PARAMETER (87)"]);
    expect(outcome.rule).toBe("2.1#13");
  });

  test("of ntdll has the NTSTATUS by name and number", async () => {
    const { form } = await openForm("NtClose");
    fill(form, { Handle: "3" });
    expect(madeBy(form).text).toBe("Failed with STATUS_INVALID_HANDLE (0xc0000008)");
  });

  test("has what came back, a structure field by field", async () => {
    const { form, scope } = await openForm("VirtualQuery");
    scope.run("VirtualAlloc(0x40000000, 0x3000, MEM_RESERVE | MEM_COMMIT, PAGE_READONLY)");
    fill(form, { address: "0x40001000" });
    const [received] = madeBy(form).received;
    expect(new Writer(0x7fff_ffff).text(received?.value, "structure").split("\n")).toEqual([
      "BaseAddress: 0x40001000",
      "AllocationBase: 0x40000000",
      "AllocationProtect: PAGE_READONLY (0x2)",
      "RegionSize: 0x2000 (8 KB)",
      "State: MEM_COMMIT (0x1000)",
      "Protect: PAGE_READONLY (0x2)",
      "Type: MEM_PRIVATE (0x20000)",
    ]);
  });

  test("of an access can be a fault that nobody handles", async () => {
    const { form, session } = await openForm("memory.setUint32");
    fill(form, { address: "0x30000" });
    const { text, outcome } = madeBy(form);
    expect(text).toContain("EXCEPTION_ACCESS_VIOLATION, write at 0x00030000");
    expect(outcome.rule).toBe("4.1#2");
    expect(session.exceptions.entries.value).toMatchObject([{ end: "unhandled" }]);
  });

  test("of an access whose page a ready handler commits is none", async () => {
    const { form, session } = await openForm("AddVectoredExceptionHandler");
    madeBy(form);
    const { VirtualAlloc } = kernel32(session.process.value);
    VirtualAlloc(0x3_0000, 0x1000, 0x2000, 1);
    form.choose("memory.setUint32");
    fill(form, { address: "0x30000" });
    const { text, outcome } = madeBy(form);
    expect(text).toBe("Returned undefined");
    expect(outcome.rule).toBe("4.1#2");
    expect(session.process.value.memory.getUint32(0x3_0000)).toBe(1);
  });

  test("is the reason where the call could not be made", async () => {
    const { form } = await openForm();
    fill(form, { size: "-1" });
    const { text, outcome } = madeBy(form);
    expect(text).toMatch(/^The call could not be made RangeError: size must be 0 to /);
    expect(outcome.rule).toBe("");
  });
});

test("calls are found by a part of their name, however it is written", () => {
  const found = matching(" protectV").flatMap(({ calls }) => calls.map(({ name }) => name));
  expect(found).toEqual(["NtProtectVirtualMemory"]);
  expect(matching("no such call")).toEqual([]);
});
