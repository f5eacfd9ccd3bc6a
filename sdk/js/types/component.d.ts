/** A whole number of 0 to 2^53 - 1. */
export function draw(): number;
/**
 * @param {(host: import("./host.js").Host, target: import("./probe.js").Target & { config: string }) => void} run
 * @returns {import("./probe.js").Guest}
 */
export function guest(run: (host: import("./host.js").Host, target: import("./probe.js").Target & {
    config: string;
}) => void): import("./probe.js").Guest;
