/** The checks of files without room, for a process that may write only so much. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NodeFile, NodePageStore } from "../../src/node.ts";
import { type Opened, runChecks } from "./check.ts";
import { fullFileChecks } from "./file-contract.ts";
import { fullPageStoreChecks } from "./page-store-contract.ts";

const folder = mkdtempSync(join(tmpdir(), "guardpage-full-"));
const path = join(folder, "file");

function opened<Subject extends { close(): void }>(subject: Subject): Opened<Subject> {
  return {
    subject,
    close() {
      subject.close();
      rmSync(path, { force: true });
    },
  };
}

try {
  const files = await runChecks(fullFileChecks, () =>
    opened(NodeFile.open(path, { create: true })),
  );
  const stores = await runChecks(fullPageStoreChecks, () => opened(NodePageStore.create(path)));
  console.log(JSON.stringify({ files, stores }));
} finally {
  rmSync(folder, { recursive: true });
}
