import { requestAnswer as answered, requestField as field } from "../virt/request";

/** What the core asks of the host: pages that leave memory, and pages that come. */

/** Field of the request by number: kind, ticket, file or slot, page, linear address. */
export function requestField(number: u32): u64 {
  return field(number);
}

/** The request with this ticket is done (0) or has failed (NTSTATUS); 0 where it is too late. */
export function requestAnswer(ticket: u32, status: u32): u32 {
  return answered(ticket, status) ? 1 : 0;
}
