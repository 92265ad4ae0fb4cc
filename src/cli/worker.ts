import { worker } from "workerpool";
import { checkFile, type FileTask, replayFile } from "./file-task.ts";
import { SILENT } from "./progress.ts";

worker({
  check: checkFile,
  replay: (task: FileTask) => replayFile(task, SILENT),
});
