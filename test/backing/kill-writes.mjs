const PAGE_BYTES = 0x1000;

/**
 * What the child writes, for ever: the test that reads the file afterwards knows it by the seed.
 *
 * @param {number} seed
 * @param {number} pages
 */
export function* writesFrom(seed, pages) {
  let state = seed >>> 0;
  const next = (/** @type {number} */ below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  for (;;) {
    const position = next(pages) * PAGE_BYTES + next(PAGE_BYTES / 4) * 4;
    yield { position, value: next(2 ** 32), flushes: next(12) === 0 };
  }
}
