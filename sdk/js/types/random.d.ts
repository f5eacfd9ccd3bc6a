/**
 * A whole number of 0 to 2^53 - 1 for a name that nothing else has, such as an owner that cannot exist. It is no key.
 *
 * A component in JavaScript is given no random numbers. What is drawn follows from what the run has been told so far:
 * the target, the configuration and all answers, in which a service commonly has the time. Two draws differ, a replay
 * draws the same, and another target, configuration or answer gives other numbers; what is drawn before anything was
 * asked is the same in every run of one target.
 *
 * @returns {number}
 */
export function number(): number;
