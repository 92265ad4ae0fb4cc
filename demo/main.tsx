import { Machine } from "guardpage";
import { render } from "preact";
import { App } from "./page/app.tsx";
import { Session } from "./session/session.ts";

const place = document.getElementById("app");
if (place === null) throw new Error("the page has no #app");
const machine = await Machine.create({ profile: "win32" });
machine.createProcess();
const session = new Session(machine);
// For the console of the browser.
Object.assign(globalThis, { session });
render(<App session={session} />, place);
