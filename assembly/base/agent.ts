/**
 * Linear address of the context of this instance, where the memory is shared: who instantiates the
 * core gives it, as the immutable global "agent" "context". Instances share their memory, so what
 * is their own cannot be there at a fixed address.
 */
export declare const context: u32;
