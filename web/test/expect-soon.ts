/** Waits until `holds`, looking every 20 ms; fails after 10 s. */
export async function expectSoon(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('it did not become true within 10 s');
    await new Promise(resolve => {
      setTimeout(resolve, 20);
    });
  }
}
