/** The contracts of files and page stores over the origin private file system. For a worker. */
import { OpfsFile, OpfsPageStore, type SyncAccessHandle } from "../../../src/opfs.ts";
import { type Opened, type Outcomes, runChecks } from "../../backing/check.ts";
import { closableFileChecks, fileChecks, fullFileChecks } from "../../backing/file-contract.ts";
import { fullPageStoreChecks, pageStoreChecks } from "../../backing/page-store-contract.ts";

/** Declared here: TypeScript knows it in workers only. */
interface SyncAccess {
  createSyncAccessHandle(): Promise<SyncAccessHandle>;
}

let opened = 0;

/** Something over a file that is new, and gone afterwards. */
async function open<Subject extends { close(): void }>(
  over: (handle: SyncAccessHandle) => Subject,
): Promise<Opened<Subject>> {
  const folder = await navigator.storage.getDirectory();
  const name = `file-${opened++}`;
  const entry = await folder.getFileHandle(name, { create: true });
  const handle = await (entry as unknown as SyncAccess).createSyncAccessHandle();
  const subject = over(handle);
  return {
    subject,
    async close() {
      subject.close();
      await folder.removeEntry(name);
    },
  };
}

const openFile = () => open((handle) => new OpfsFile(handle));
const openStore = () => open((handle) => new OpfsPageStore(handle));

const suites: Readonly<Record<string, () => Promise<Outcomes>>> = {
  files: () => runChecks([...fileChecks, ...closableFileChecks], openFile),
  stores: () => runChecks(pageStoreChecks, openStore),
  fullFiles: () => runChecks(fullFileChecks, openFile),
  fullStores: () => runChecks(fullPageStoreChecks, openStore),
};

export function run(suite: string): Promise<Outcomes> {
  const chosen = suites[suite];
  if (chosen === undefined) throw new Error(`there are no checks named ${suite}`);
  return chosen();
}
