/** What is used of it: Node's types do not have it. */
declare namespace WebAssembly {
  /** Compiled code; threads share it. */
  interface Module {
    readonly [Symbol.toStringTag]: 'WebAssembly.Module';
  }
  function compile(bytes: Uint8Array): Promise<Module>;
}
