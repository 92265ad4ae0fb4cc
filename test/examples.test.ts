import { expect, test } from "vitest";
import { commitOnFault } from "../demo/examples/commit-on-fault.ts";

test("commit-on-fault: the handler is called once for each page that is touched", async () => {
  expect(await commitOnFault(256)).toEqual({
    exceptions: 80,
    committedBytes: 80 * 4096,
    sum: 80 * 16 * 97,
  });
  expect(await commitOnFault(8192)).toEqual({
    exceptions: 40,
    committedBytes: 40 * 4096,
    sum: 40 * 97,
  });
});
