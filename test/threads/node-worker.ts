/** A worker of Node.js that does one job. */
import { parentPort, workerData } from "node:worker_threads";
import { perform } from "./perform.ts";

parentPort?.postMessage((await perform(workerData)) ?? null);
