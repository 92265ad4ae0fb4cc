import { MemoryMap } from "../map/memory-map.tsx";
import type { Session } from "../session/session.ts";
import { useFileDrop } from "./file-drop.ts";
import { MachineBar } from "./machine-bar.tsx";
import { Panels } from "./panels.tsx";

/** The whole page: the memory on one side, what is done with it on the other. */
export function App({ session }: { readonly session: Session }) {
  useFileDrop(session);
  return (
    <>
      <header>
        <h1>guardpage</h1>
        <p>The address space of a Windows program, in WebAssembly, as it runs.</p>
        <MachineBar session={session} />
      </header>
      <main>
        <MemoryMap session={session}>
          <Panels session={session} />
        </MemoryMap>
      </main>
    </>
  );
}
